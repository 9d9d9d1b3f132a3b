#include "storage/history_tables.h"

#include "atrium/json.h"
#include "atrium/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>
#include <utility>

namespace atrium::storage {

namespace {

/// Integers up to here are exact in a double.
constexpr std::int64_t exactInDouble = std::int64_t{1} << 53;

const char* sampleSql(SqlDialect dialect)
{
    return dialect == SqlDialect::Sqlite
               ? "INSERT OR REPLACE INTO history_samples (device_id, attribute_id, sampled_at, "
                 "kind, number_value, text_value) VALUES (?, ?, ?, ?, ?, ?)"
               : "REPLACE INTO history_samples (device_id, attribute_id, sampled_at, kind, "
                 "number_value, text_value) VALUES (?, ?, ?, ?, ?, ?)";
}

const char* rollupSql(SqlDialect dialect)
{
    // Durations join on where the new part follows the old one. MariaDB assigns from left to right and sees what it has
    // assigned: durations come first, `last_at` and `samples` after what depends on them.
    return dialect == SqlDialect::Sqlite
               ? "INSERT INTO history_rollups (resolution, device_id, attribute_id, start_at, minimum, maximum, total, "
                 "samples, last_number, last_at, first_at, integral, covered, held) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                 "ON CONFLICT (resolution, device_id, attribute_id, start_at) DO UPDATE SET "
                 "integral = CASE WHEN excluded.first_at >= last_at THEN integral + excluded.integral + "
                 "held * last_number * ((excluded.first_at - last_at) / 1000000.0) ELSE integral END, "
                 "covered = CASE WHEN excluded.first_at >= last_at THEN covered + excluded.covered + "
                 "held * ((excluded.first_at - last_at) / 1000000.0) ELSE covered END, "
                 "minimum = CASE WHEN samples = 0 THEN excluded.minimum WHEN excluded.samples = 0 THEN minimum "
                 "ELSE MIN(minimum, excluded.minimum) END, "
                 "maximum = CASE WHEN samples = 0 THEN excluded.maximum WHEN excluded.samples = 0 THEN maximum "
                 "ELSE MAX(maximum, excluded.maximum) END, "
                 "total = total + excluded.total, samples = samples + excluded.samples, "
                 "last_number = CASE WHEN excluded.last_at >= last_at THEN excluded.last_number ELSE last_number END, "
                 "held = CASE WHEN excluded.last_at >= last_at THEN excluded.held ELSE held END, "
                 "first_at = MIN(first_at, excluded.first_at), last_at = MAX(last_at, excluded.last_at)"
               : "INSERT INTO history_rollups (resolution, device_id, attribute_id, start_at, minimum, maximum, total, "
                 "samples, last_number, last_at, first_at, integral, covered, held) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
                 "integral = IF(VALUES(first_at) >= last_at, integral + VALUES(integral) + "
                 "held * last_number * ((VALUES(first_at) - last_at) / 1000000.0), integral), "
                 "covered = IF(VALUES(first_at) >= last_at, covered + VALUES(covered) + "
                 "held * ((VALUES(first_at) - last_at) / 1000000.0), covered), "
                 "minimum = IF(samples = 0, VALUES(minimum), IF(VALUES(samples) = 0, minimum, "
                 "LEAST(minimum, VALUES(minimum)))), "
                 "maximum = IF(samples = 0, VALUES(maximum), IF(VALUES(samples) = 0, maximum, "
                 "GREATEST(maximum, VALUES(maximum)))), "
                 "total = total + VALUES(total), samples = samples + VALUES(samples), "
                 "last_number = IF(VALUES(last_at) >= last_at, VALUES(last_number), last_number), "
                 "held = IF(VALUES(last_at) >= last_at, VALUES(held), held), "
                 "first_at = LEAST(first_at, VALUES(first_at)), last_at = GREATEST(last_at, VALUES(last_at))";
}

const char* stateSql(SqlDialect dialect)
{
    return dialect == SqlDialect::Sqlite
               ? "INSERT INTO device_state (device_id, attribute_id, value_json, changed_at, reported_at) VALUES (?, "
                 "?, "
                 "?, ?, ?) ON CONFLICT (device_id, attribute_id) DO UPDATE SET value_json = excluded.value_json, "
                 "changed_at = excluded.changed_at, reported_at = excluded.reported_at "
                 "WHERE excluded.reported_at >= reported_at"
               : "INSERT INTO device_state (device_id, attribute_id, value_json, changed_at, reported_at) VALUES (?, "
                 "?, "
                 "?, ?, ?) ON DUPLICATE KEY UPDATE "
                 "value_json = IF(VALUES(reported_at) >= reported_at, VALUES(value_json), value_json), "
                 "changed_at = IF(VALUES(reported_at) >= reported_at, VALUES(changed_at), changed_at), "
                 "reported_at = GREATEST(reported_at, VALUES(reported_at))";
}

/// The summary of one interval while its samples pass by.
struct Summary {
    std::int64_t start = 0;
    double minimum = 0;
    double maximum = 0;
    double total = 0;
    std::int64_t samples = 0;
    double last = 0;
    std::int64_t lastAt = 0;
    std::int64_t firstAt = 0;
    double integral = 0; ///< value x s
    double covered = 0;  ///< s
    bool held = false;
    bool begun = false;

    void add(double number, std::int64_t at)
    {
        moveTo(at);
        minimum = samples == 0 ? number : std::min(minimum, number);
        maximum = samples == 0 ? number : std::max(maximum, number);
        total += number;
        last = number;
        held = true;
        ++samples;
    }
    void beginGap(std::int64_t at)
    {
        moveTo(at);
        held = false;
    }

private:
    void moveTo(std::int64_t at)
    {
        if (!std::exchange(begun, true)) firstAt = at;
        else if (held) {
            const double seconds = static_cast<double>(at - lastAt) / 1e6;
            integral += last * seconds;
            covered += seconds;
        }
        lastAt = at;
    }
};

/// Hands rows to a statement as they are made, a list's length at a time.
class RowWriter {
public:
    RowWriter(Transaction& transaction, const char* sql) : transaction_(transaction), sql_(sql)
    {
        rows_.reserve(listLength);
    }
    void add(SqlParameters row)
    {
        rows_.push_back(std::move(row));
        if (rows_.size() == listLength) finish();
    }
    void finish()
    {
        transaction_.executeMany(sql_, rows_);
        rows_.clear();
    }

private:
    static constexpr std::size_t listLength = 1000; // what MariaDB takes in one statement
    Transaction& transaction_;
    const char* sql_;
    std::vector<SqlParameters> rows_;
};

/// The summaries of one width; `sorted` by series and time.
void summarise(const std::vector<HistorySample>& sorted, std::chrono::seconds width, RowWriter& rows)
{
    Summary summary;
    SeriesKey series;
    const auto finish = [&] {
        if (summary.begun)
            rows.add({width.count(), series.device.value, series.attribute, summary.start, summary.minimum,
                      summary.maximum, summary.total, summary.samples, summary.last, summary.lastAt, summary.firstAt,
                      summary.integral, summary.covered, summary.held});
    };
    for (const auto& sample : sorted) {
        const auto number = summaryNumber(sample.value);
        const bool beginsGap = sample.value.isNull() && sample.kind == SeriesKind::Numbers;
        if (!number && !beginsGap) continue;
        const auto at = toMicroseconds(sample.at);
        const auto start = intervalStart(at, width);
        const SeriesKey key{sample.device, sample.attribute};
        if (key != series || start != summary.start) {
            finish();
            series = key;
            summary = Summary{};
            summary.start = start;
        }
        if (number) summary.add(*number, at);
        else summary.beginGap(at);
    }
    finish();
}

} // namespace

StoredValue toStored(const Value& value)
{
    const auto kind = static_cast<std::int64_t>(value.kind());
    switch (value.kind()) {
    case Value::Kind::Null: return {kind, nullptr, nullptr};
    case Value::Kind::Boolean: return {kind, value.boolean() ? 1.0 : 0.0, nullptr};
    case Value::Kind::Integer: {
        const auto integer = value.integer();
        const bool exact = integer >= -exactInDouble && integer <= exactInDouble;
        return {kind, static_cast<double>(integer), exact ? SqlValue() : SqlValue(std::to_string(integer))};
    }
    case Value::Kind::Number: return {kind, value.number(), nullptr};
    case Value::Kind::Text: return {kind, nullptr, value.text()};
    default: return {kind, nullptr, toJson(value)};
    }
}

Value fromStored(const SqlValue& kind, const SqlValue& number, const SqlValue& text)
{
    switch (static_cast<Value::Kind>(kind.integer())) {
    case Value::Kind::Null: return {};
    case Value::Kind::Boolean: return number.number() != 0;
    case Value::Kind::Integer: {
        if (text.isNull()) return static_cast<std::int64_t>(number.number());
        std::int64_t integer = 0;
        std::from_chars(text.text().data(), text.text().data() + text.text().size(), integer);
        return integer;
    }
    case Value::Kind::Number: return number.number();
    case Value::Kind::Text: return text.text();
    default: return parseJson(text.text()).value();
    }
}

std::optional<double> summaryNumber(const Value& value)
{
    if (const auto* boolean = value.ifBoolean()) return *boolean ? 1.0 : 0.0;
    return value.ifNumber();
}

bool isStorable(const Value& value)
{
    constexpr std::size_t maxBytes = 60'000;
    switch (value.kind()) {
    case Value::Kind::Number: return std::isfinite(value.number());
    case Value::Kind::Text: return value.text().size() <= maxBytes / 6 && isCleanUtf8(value.text());
    case Value::Kind::List:
    case Value::Kind::Object: return toJson(value).size() <= maxBytes;
    default: return true;
    }
}

void keepLast(LastValues& values, const HistorySample& sample)
{
    const auto [entry, isNew] = values.try_emplace({sample.device, sample.attribute}, sample);
    if (!isNew && sample.at >= entry->second.at) entry->second = sample;
}

HistoryBatch::HistoryBatch(std::vector<HistorySample> samples, const LastValues& alsoLast)
{
    std::erase_if(samples, [](const HistorySample& sample) { return !isStorable(sample.value); });
    LastValues last;
    last.reserve(samples.size() + alsoLast.size());
    for (const auto& [series, sample] : alsoLast)
        if (isStorable(sample.value)) last.emplace(series, sample);
    for (const auto& sample : samples)
        if (sample.keep != HistoryKeep::Gap) keepLast(last, sample);
    last_.reserve(last.size());
    for (auto& [series, sample] : last) last_.push_back(std::move(sample));
    const auto key = [](const HistorySample& s) { return std::tuple(s.device.value, s.attribute, s.at); };
    const auto isBefore = [&](const HistorySample& a, const HistorySample& b) { return key(a) < key(b); };
    std::sort(last_.begin(), last_.end(), isBefore);

    std::erase_if(samples, [](const HistorySample& sample) { return sample.keep == HistoryKeep::LastValueOnly; });
    std::stable_sort(samples.begin(), samples.end(), isBefore);
    samples_.reserve(samples.size());
    for (auto& sample : samples) {
        if (!samples_.empty() && key(samples_.back()) == key(sample)) samples_.back() = std::move(sample);
        else samples_.push_back(std::move(sample));
    }
}

void HistoryBatch::write(Transaction& transaction) const
{
    const auto dialect = transaction.dialect();
    {
        RowWriter rows(transaction, sampleSql(dialect));
        for (const auto& sample : samples_) {
            auto stored = toStored(sample.value);
            rows.add({sample.device.value, sample.attribute, toMicroseconds(sample.at), std::move(stored.kind),
                      std::move(stored.number), std::move(stored.text)});
        }
        rows.finish();
    }
    {
        RowWriter rows(transaction, rollupSql(dialect));
        for (const auto width : rollupWidths) summarise(samples_, width, rows);
        rows.finish();
    }
    RowWriter rows(transaction, stateSql(dialect));
    for (const auto& sample : last_)
        rows.add({sample.device.value, sample.attribute, toJson(sample.value), toMicroseconds(sample.changedAt),
                  toMicroseconds(sample.at)});
    rows.finish();
}

} // namespace atrium::storage
