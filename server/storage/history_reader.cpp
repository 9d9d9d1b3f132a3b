#include "storage/history_reader.h"

#include "atrium/json.h"
#include "storage/history_tables.h"

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
    std::int64_t from;
    std::int64_t to;
};

std::vector<HistoryPoint> readRaw(Transaction& transaction, const Series& series, std::size_t limit)
{
    std::vector<HistoryPoint> points;
    for (const auto& row : transaction.query(
             "SELECT sampled_at, kind, number_value, text_value FROM history_samples WHERE device_id = ? AND "
             "attribute_id = ? AND sampled_at >= ? AND sampled_at < ? ORDER BY sampled_at DESC LIMIT ?",
             {series.device, series.attribute, series.from, series.to, limit})) {
        HistoryPoint point;
        point.at = fromMicroseconds(row[0].integer());
        point.value = fromStored(row[1], row[2], row[3]);
        point.count = 1;
        if (const auto number = summaryNumber(point.value)) point.minimum = point.maximum = point.mean = *number;
        points.push_back(std::move(point));
    }
    std::reverse(points.begin(), points.end());
    return points;
}

std::vector<HistoryPoint> readSummaries(Transaction& transaction, const Series& series, HistoryResolution resolution,
                                        std::size_t limit)
{
    const auto width = widthOf(resolution);
    std::vector<HistoryPoint> points;
    // The interval that holds `from` is part of the answer.
    for (const auto& row : transaction.query(
             "SELECT start_at, minimum, maximum, total, samples, last_number FROM history_rollups WHERE resolution = ? "
             "AND device_id = ? AND attribute_id = ? AND start_at >= ? AND start_at < ? ORDER BY start_at DESC LIMIT ?",
             {width.count(), series.device, series.attribute, intervalStart(series.from, width), series.to, limit})) {
        HistoryPoint point;
        point.at = fromMicroseconds(row[0].integer());
        point.minimum = row[1].number();
        point.maximum = row[2].number();
        point.count = row[4].integer();
        point.mean = row[3].number() / static_cast<double>(point.count);
        point.value = row[5].number();
        points.push_back(std::move(point));
    }
    std::reverse(points.begin(), points.end());
    return points;
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

HistoryAnswer HistoryReader::query(DeviceId device, std::string_view attribute, UtcTime from, UtcTime to,
                                   HistoryResolution resolution, std::size_t limit) const
{
    HistoryAnswer answer;
    answer.resolution = resolution == HistoryResolution::Auto ? HistoryResolution::Raw : resolution;
    const auto key = names_.find(attribute);
    if (key == 0 || to <= from) return answer;
    const Series series{device.value, key, toMicroseconds(from), toMicroseconds(to)};
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        if (resolution == HistoryResolution::Auto) answer.resolution = choose(transaction, series);
        answer.points = answer.resolution == HistoryResolution::Raw
                            ? readRaw(transaction, series, limit)
                            : readSummaries(transaction, series, answer.resolution, limit);
        return answer;
    });
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
