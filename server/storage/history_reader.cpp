#include "storage/history_reader.h"

#include "atrium/json.h"
#include "storage/stored_value.h"
#include "storage/uptime_log.h"

#include <algorithm>

namespace atrium::storage {

namespace {

struct ResolutionRow {
    HistoryResolution resolution;
    const char* word;
};
constexpr ResolutionRow resolutions[] = {{HistoryResolution::Raw, "raw"},
                                         {HistoryResolution::FiveMinutes, "5min"},
                                         {HistoryResolution::Hour, "hour"},
                                         {HistoryResolution::Day, "day"},
                                         {HistoryResolution::Auto, "auto"}};

std::chrono::seconds widthOf(HistoryResolution resolution)
{
    return rollupWidths[static_cast<std::size_t>(resolution) -
                        static_cast<std::size_t>(HistoryResolution::FiveMinutes)];
}

struct Series {
    std::int64_t device;
    AttributeKey attribute;
    Value::Kind kind;
    std::int64_t from;
    std::int64_t to;
};

/// A block and the start of the interval that it summarises.
struct Row {
    UtcTime start;
    HistoryBlock block;
};

HistoryBlock sampleBlock(const SqlRow& row)
{
    HistoryBlock block;
    block.firstAt = block.lastAt = fromMicroseconds(row[0].integer());
    block.last = fromStored(row[1], row[2], row[3]);
    block.held = !block.last.isNull();
    block.samples = block.held ? 1 : 0;
    if (const auto number = summaryNumber(block.last)) block.minimum = block.maximum = block.total = *number;
    return block;
}

std::vector<Row> readRaw(Transaction& transaction, const Series& series, std::size_t limit)
{
    std::vector<Row> rows;
    for (const auto& row : transaction.query(
             "SELECT sampled_at, kind, number_value, text_value FROM history_samples WHERE device_id = ? AND "
             "attribute_id = ? AND sampled_at >= ? AND sampled_at < ? ORDER BY sampled_at DESC LIMIT ?",
             {series.device, series.attribute, series.from, series.to, limit}))
        rows.push_back({fromMicroseconds(row[0].integer()), sampleBlock(row)});
    std::reverse(rows.begin(), rows.end());
    return rows;
}

constexpr const char* summaryColumns =
    "SELECT start_at, minimum, maximum, total, samples, last_number, first_at, last_at, integral, covered, held FROM "
    "history_rollups WHERE resolution = ? AND device_id = ? AND attribute_id = ? ";

Row summaryRow(const SqlRow& row, Value::Kind kind)
{
    HistoryBlock block;
    block.minimum = row[1].number();
    block.maximum = row[2].number();
    block.total = row[3].number();
    block.samples = row[4].integer();
    block.firstAt = fromMicroseconds(row[6].integer());
    block.lastAt = fromMicroseconds(row[7].integer());
    block.integral = row[8].number();
    block.coveredSeconds = row[9].number();
    block.held = row[10].boolean();
    if (block.held) block.last = kind == Value::Kind::Boolean ? Value(row[5].number() != 0) : Value(row[5].number());
    return {fromMicroseconds(row[0].integer()), std::move(block)};
}

std::vector<Row> readSummaries(Transaction& transaction, const Series& series, HistoryResolution resolution,
                               std::size_t limit)
{
    const auto width = widthOf(resolution);
    std::vector<Row> rows;
    // The interval that holds `from` is part of the answer.
    for (const auto& row : transaction.query(
             std::string(summaryColumns) + "AND start_at >= ? AND start_at < ? ORDER BY start_at DESC LIMIT ?",
             {width.count(), series.device, series.attribute, intervalStart(series.from, width), series.to, limit}))
        rows.push_back(summaryRow(row, series.kind));
    std::reverse(rows.begin(), rows.end());
    return rows;
}

/// What was known last before `time`: a sample, else the summary of an interval.
std::optional<HistoryBlock> readBefore(Transaction& transaction, const Series& series, std::int64_t time)
{
    const auto sample = transaction.query(
        "SELECT sampled_at, kind, number_value, text_value FROM history_samples WHERE device_id = ? AND "
        "attribute_id = ? AND sampled_at < ? ORDER BY sampled_at DESC LIMIT 1",
        {series.device, series.attribute, time});
    if (!sample.empty()) return sampleBlock(sample[0]);
    for (const auto width : rollupWidths) {
        const auto row = transaction.query(std::string(summaryColumns) +
                                               "AND start_at < ? AND last_at < ? ORDER BY start_at DESC LIMIT 1",
                                           {width.count(), series.device, series.attribute, time, time});
        if (!row.empty()) return summaryRow(row[0], series.kind).block;
    }
    return {};
}

/// The finest resolution that needs few points. Raw only where raw samples reach back as far as the summaries do.
HistoryResolution choose(Transaction& transaction, const Series& series)
{
    const auto firstSummary = transaction.query(
        "SELECT MIN(start_at) FROM history_rollups WHERE resolution = ? AND device_id = ? AND attribute_id = ? AND "
        "start_at >= ? AND start_at < ?",
        {rollupWidths[2].count(), series.device, series.attribute, intervalStart(series.from, rollupWidths[2]),
         series.to})[0][0];
    if (firstSummary.isNull()) return HistoryResolution::Raw;
    const auto many = static_cast<std::int64_t>(HistoryReader::autoPoints);
    const auto samples =
        transaction.query("SELECT COUNT(*), MIN(sampled_at) FROM (SELECT sampled_at FROM "
                          "history_samples WHERE device_id = ? AND attribute_id = ? AND sampled_at >= ? "
                          "AND sampled_at < ? ORDER BY sampled_at LIMIT ?) AS some",
                          {series.device, series.attribute, series.from, series.to, many + 1})[0];
    if (samples[0].integer() > 0 && samples[0].integer() <= many &&
        intervalStart(samples[1].integer(), rollupWidths[2]) <= firstSummary.integer())
        return HistoryResolution::Raw;
    const auto begin = std::max(series.from, firstSummary.integer());
    const auto span = std::chrono::microseconds(series.to - begin);
    for (const auto resolution : {HistoryResolution::FiveMinutes, HistoryResolution::Hour})
        if (span / widthOf(resolution) <= many) return resolution;
    return HistoryResolution::Day;
}

/// For statistics: samples where they reach back as far as the summaries and are few enough, else the finest summaries
/// that still do.
HistoryResolution chooseForStatistics(Transaction& transaction, const Series& series)
{
    if (series.kind != Value::Kind::Boolean && series.kind != Value::Kind::Number &&
        series.kind != Value::Kind::Integer)
        return HistoryResolution::Raw;
    const auto many = static_cast<std::int64_t>(HistoryReader::statisticsPoints);
    const auto firstIn = [&](HistoryResolution resolution) {
        return transaction.query("SELECT MIN(start_at) FROM history_rollups WHERE resolution = ? AND device_id = ? AND "
                                 "attribute_id = ? AND start_at >= ? AND start_at < ?",
                                 {widthOf(resolution).count(), series.device, series.attribute,
                                  intervalStart(series.from, widthOf(resolution)), series.to})[0][0];
    };
    const auto day = rollupWidths[2];
    const auto firstDay = firstIn(HistoryResolution::Day);
    if (firstDay.isNull()) return HistoryResolution::Raw;
    const auto samples = transaction.query("SELECT COUNT(*), MIN(sampled_at) FROM (SELECT sampled_at FROM "
                                           "history_samples WHERE device_id = ? AND attribute_id = ? AND "
                                           "sampled_at >= ? AND sampled_at < ? ORDER BY sampled_at LIMIT ?) AS some",
                                           {series.device, series.attribute, series.from, series.to, many + 1})[0];
    const auto reaches = [&](const SqlValue& first) {
        return !first.isNull() && intervalStart(first.integer(), day) <= firstDay.integer();
    };
    if (samples[0].integer() <= many && reaches(samples[1])) return HistoryResolution::Raw;
    const auto span = std::chrono::microseconds(series.to - std::max(series.from, firstDay.integer()));
    for (const auto resolution : {HistoryResolution::FiveMinutes, HistoryResolution::Hour})
        if (span / widthOf(resolution) <= many && reaches(firstIn(resolution))) return resolution;
    return HistoryResolution::Day;
}

std::vector<Row> readAs(Transaction& transaction, const Series& series, HistoryResolution resolution, std::size_t limit)
{
    return resolution == HistoryResolution::Raw ? readRaw(transaction, series, limit)
                                                : readSummaries(transaction, series, resolution, limit);
}

/// Until when a block's interval lasts.
UtcTime endOf(const Row& row, HistoryResolution resolution, UtcTime to)
{
    return resolution == HistoryResolution::Raw ? row.start : std::min(row.start + widthOf(resolution), to);
}

HistoryPoint pointOf(const Row& row, HistoryResolution resolution, const HistoryBlock* carry,
                     const std::vector<HistoryGap>& outages, UtcTime to)
{
    HistoryPoint point;
    point.at = row.start;
    point.value = row.block.last;
    point.minimum = row.block.minimum;
    point.maximum = row.block.maximum;
    point.count = row.block.samples;
    point.mean = meanOf(carry, row.block, outages, row.start, endOf(row, resolution, to));
    if (!point.mean && row.block.samples > 0 && summaryNumber(row.block.last))
        point.mean = row.block.total / static_cast<double>(row.block.samples);
    return point;
}

} // namespace

std::optional<HistoryResolution> parseHistoryResolution(std::string_view word)
{
    for (const auto& row : resolutions)
        if (word == row.word) return row.resolution;
    return std::nullopt;
}

const char* toString(HistoryResolution resolution)
{
    for (const auto& row : resolutions)
        if (resolution == row.resolution) return row.word;
    return "";
}

HistoryReader::HistoryReader(SqlDatabase& database, const AttributeNames& names) : database_(database), names_(names) {}

HistoryAnswer HistoryReader::query(const HistoryQuery& wanted) const
{
    HistoryAnswer answer;
    answer.resolution = wanted.resolution == HistoryResolution::Auto ? HistoryResolution::Raw : wanted.resolution;
    answer.from = wanted.from;
    answer.to = wanted.to;
    const auto key = names_.find(wanted.attribute);
    if (key == 0 || wanted.to <= wanted.from) return answer;
    const Series series{wanted.device.value, key, wanted.kind, toMicroseconds(wanted.from), toMicroseconds(wanted.to)};
    const auto until = std::max(std::min(wanted.to, wanted.now), wanted.from);
    database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        if (wanted.resolution == HistoryResolution::Auto) answer.resolution = choose(transaction, series);
        // One more than wanted tells whether the answer was cut.
        auto rows = readAs(transaction, series, answer.resolution, wanted.limit + 1);
        answer.cut = rows.size() > wanted.limit;
        std::optional<HistoryBlock> before;
        if (answer.cut) {
            before = std::move(rows.front().block);
            rows.erase(rows.begin());
        }
        answer.from = answer.cut ? rows.front().start
                      : answer.resolution == HistoryResolution::Raw
                          ? wanted.from
                          : fromMicroseconds(intervalStart(series.from, widthOf(answer.resolution)));
        if (!answer.cut) before = readBefore(transaction, series, toMicroseconds(answer.from));
        const auto outages = UptimeLog::outages(transaction, answer.from, until);
        answer.points.clear();
        answer.points.reserve(rows.size());
        std::vector<HistoryBlock> blocks;
        blocks.reserve(rows.size());
        for (auto& row : rows) {
            const auto* carry = !blocks.empty() ? &blocks.back() : before ? &*before : nullptr;
            answer.points.push_back(pointOf(row, answer.resolution, carry, outages, until));
            blocks.push_back(std::move(row.block));
        }
        answer.gaps = gapsOf(before, blocks, outages, answer.from, until);
    });
    return answer;
}

std::vector<std::pair<UtcTime, Value>> HistoryReader::samples(DeviceId device, const std::string& attribute,
                                                              UtcTime from, UtcTime to, std::size_t limit) const
{
    const auto key = names_.find(attribute);
    if (key == 0 || to <= from) return {};
    const auto rows = database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return transaction.query(
            "SELECT sampled_at, kind, number_value, text_value FROM history_samples WHERE device_id = ? AND "
            "attribute_id = ? AND sampled_at >= ? AND sampled_at < ? ORDER BY sampled_at DESC LIMIT ?",
            {device.value, key, toMicroseconds(from), toMicroseconds(to), limit});
    });
    std::vector<std::pair<UtcTime, Value>> samples;
    samples.reserve(rows.size());
    for (auto row = rows.rbegin(); row != rows.rend(); ++row)
        if (auto value = fromStored((*row)[1], (*row)[2], (*row)[3]); !value.isNull())
            samples.emplace_back(fromMicroseconds((*row)[0].integer()), std::move(value));
    return samples;
}

void HistoryReader::scan(const std::vector<SeriesName>& series, UtcTime from, UtcTime to,
                         const SampleVisitor& visit) const
{
    constexpr std::size_t seriesOfTransaction = 50;
    std::vector<SqlParameters> parameters;
    std::vector<std::size_t> indexes; // of the parameters, in `series`
    auto next = NextRow::Wanted;
    const auto read = [&] {
        database_.scan("SELECT sampled_at, kind, number_value, text_value FROM history_samples WHERE device_id = ? AND "
                       "attribute_id = ? AND sampled_at >= ? AND sampled_at < ? ORDER BY sampled_at",
                       parameters, [&](std::size_t index, SqlRow& row) {
                           auto value = fromStored(row[1], row[2], row[3]);
                           if (value.isNull()) return NextRow::Wanted;
                           const auto at = fromMicroseconds(row[0].integer());
                           return next = visit(indexes[index], at, std::move(value));
                       });
        parameters.clear();
        indexes.clear();
    };
    for (std::size_t i = 0; i < series.size() && next == NextRow::Wanted; ++i) {
        const auto key = names_.find(series[i].attribute);
        if (key == 0) continue;
        parameters.push_back({series[i].device.value, key, toMicroseconds(from), toMicroseconds(to)});
        indexes.push_back(i);
        if (parameters.size() == seriesOfTransaction) read();
    }
    if (next == NextRow::Wanted && !parameters.empty()) read();
}

HistoryStatistics HistoryReader::statistics(const HistoryQuery& wanted) const
{
    HistoryStatistics result;
    const auto key = names_.find(wanted.attribute);
    const auto until = std::min(wanted.to, wanted.now);
    if (key == 0 || until <= wanted.from) return result;
    const Series series{wanted.device.value, key, wanted.kind, toMicroseconds(wanted.from), toMicroseconds(until)};
    database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        const auto resolution = chooseForStatistics(transaction, series);
        std::vector<HistoryBlock> blocks;
        for (auto& row :
             readAs(transaction, series, resolution, resolution == HistoryResolution::Raw ? 100'000 : 20'000))
            blocks.push_back(std::move(row.block));
        // A summary may begin before `from`: the statistics then begin with it.
        const auto from = blocks.empty() ? wanted.from : std::min(wanted.from, blocks.front().firstAt);
        const auto before = readBefore(transaction, series, toMicroseconds(from));
        result = statisticsOf(before, blocks, UptimeLog::outages(transaction, from, until), from, until);
    });
    return result;
}

std::vector<StoredState> HistoryReader::lastValues() const
{
    const auto rows = database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        return transaction.query("SELECT device_id, name, value_json, changed_at, reported_at FROM device_state JOIN "
                                 "attribute_names ON attribute_names.id = attribute_id ORDER BY device_id, name");
    });
    std::vector<StoredState> states;
    states.reserve(rows.size());
    for (const auto& row : rows) {
        auto value = parseJson(row[2].text());
        // A value that cannot be read any more is as good as never reported.
        states.push_back({DeviceId{row[0].integer()}, row[1].text(), value.ok() ? std::move(*value) : Value(),
                          fromMicroseconds(row[3].integer()), fromMicroseconds(row[4].integer())});
    }
    return states;
}

} // namespace atrium::storage
