#include "storage/history_batch.h"

#include "atrium/json.h"
#include "storage/stored_value.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace atrium::storage {

namespace {

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

/// Hands rows to a statement as they are made, a list's length at a time. The memory of the rows is used again and
/// again: giving it back and forth took a sixth of the time that writing takes.
class RowWriter {
public:
    RowWriter(Transaction& transaction, const char* sql) : transaction_(transaction), sql_(sql), rows_(listLength) {}
    template <class... Values>
    void add(Values&&... values)
    {
        auto& row = rows_[count_];
        row.clear();
        row.reserve(sizeof...(values));
        (row.emplace_back(std::forward<Values>(values)), ...);
        if (++count_ == listLength) write();
    }
    /// What is left.
    void finish()
    {
        rows_.resize(count_);
        if (count_ > 0) write();
        rows_.resize(listLength);
    }

private:
    static constexpr std::size_t listLength = 1000; // what MariaDB takes in one statement

    void write()
    {
        transaction_.executeMany(sql_, rows_);
        count_ = 0;
    }

    Transaction& transaction_;
    const char* sql_;
    std::vector<SqlParameters> rows_;
    std::size_t count_ = 0;
};

/// Calls `visit` with each sample that becomes a row: of two at the same microsecond the later. `sorted` as in
/// HistoryBatch.
template <class Visit>
void forEachRow(const std::vector<HistorySample>& sorted, Visit&& visit)
{
    const auto key = [](const HistorySample& s) { return std::tuple(s.device.value, s.attribute, s.at); };
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (sorted[i].keep == HistoryKeep::LastValueOnly) continue;
        if (i + 1 == sorted.size() || key(sorted[i + 1]) != key(sorted[i])) visit(sorted[i]);
    }
}

/// Calls `visit` with the last value of each series.
template <class Visit>
void forEachLast(const std::vector<HistorySample>& sorted, Visit&& visit)
{
    const auto key = [](const HistorySample& s) { return SeriesKey{s.device, s.attribute}; };
    const HistorySample* last = nullptr;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (sorted[i].keep != HistoryKeep::Gap) last = &sorted[i];
        if (i + 1 < sorted.size() && key(sorted[i + 1]) == key(sorted[i])) continue;
        if (last) visit(*last);
        last = nullptr;
    }
}

/// The summaries of one width; `sorted` by series and time.
void summarise(const std::vector<HistorySample>& sorted, std::chrono::seconds width, RowWriter& rows)
{
    Summary summary;
    SeriesKey series;
    const auto finish = [&] {
        if (summary.begun)
            rows.add(width.count(), series.device.value, series.attribute, summary.start, summary.minimum,
                     summary.maximum, summary.total, summary.samples, summary.last, summary.lastAt, summary.firstAt,
                     summary.integral, summary.covered, summary.held);
    };
    forEachRow(sorted, [&](const HistorySample& sample) {
        const auto number = summaryNumber(sample.value);
        const bool beginsGap = sample.value.isNull() && sample.kind == SeriesKind::Numbers;
        if (!number && !beginsGap) return;
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
    });
    finish();
}

} // namespace

HistoryBatch::HistoryBatch(std::vector<HistorySample> samples, LastValues lastValues)
    : samples_(std::move(samples)), lastValues_(lastValues)
{
    std::erase_if(samples_, [](const HistorySample& sample) { return !isStorable(sample.value); });
    const auto order = [](const HistorySample& s) {
        return std::tuple(s.device.value, s.attribute, s.at, s.keep != HistoryKeep::LastValueOnly);
    };
    std::stable_sort(samples_.begin(), samples_.end(),
                     [&](const HistorySample& a, const HistorySample& b) { return order(a) < order(b); });
}

std::size_t HistoryBatch::sampleCount() const
{
    std::size_t count = 0;
    forEachRow(samples_, [&](const HistorySample&) { ++count; });
    return count;
}

void HistoryBatch::write(Transaction& transaction) const
{
    const auto dialect = transaction.dialect();
    {
        RowWriter rows(transaction, sampleSql(dialect));
        forEachRow(samples_, [&](const HistorySample& sample) {
            auto stored = toStored(sample.value);
            rows.add(sample.device.value, sample.attribute, toMicroseconds(sample.at), std::move(stored.kind),
                     std::move(stored.number), std::move(stored.text));
        });
        rows.finish();
    }
    {
        RowWriter rows(transaction, rollupSql(dialect));
        for (const auto width : rollupWidths) summarise(samples_, width, rows);
        rows.finish();
    }
    RowWriter rows(transaction, stateSql(dialect));
    forEachLast(samples_, [&](const HistorySample& sample) {
        if (lastValues_ == LastValues::OnlyOwn && sample.keep != HistoryKeep::LastValueOnly) return;
        rows.add(sample.device.value, sample.attribute, toJson(sample.value), toMicroseconds(sample.changedAt),
                 toMicroseconds(sample.at));
    });
    rows.finish();
}

} // namespace atrium::storage
