#include "storage/history_eraser.h"

#include <limits>

namespace atrium::storage {

namespace {
/// Rows that one DELETE takes.
constexpr std::int64_t eraseStep = 20'000;

SeriesKey keyIn(const SqlRow& row) { return {DeviceId{row[0].integer()}, static_cast<AttributeKey>(row[1].integer())}; }
} // namespace

std::deque<SeriesKey> HistoryEraser::seriesAfter(const SeriesKey& after) const
{
    std::deque<SeriesKey> series;
    database_.transactJob(TransactionKind::Read, [&](Transaction& transaction) {
        series.clear();
        for (const auto& row :
             transaction.query("SELECT device_id, attribute_id FROM device_state WHERE device_id > ? OR (device_id = ? "
                               "AND attribute_id > ?) ORDER BY device_id, attribute_id LIMIT 1000",
                               {after.device.value, after.device.value, after.attribute}))
            series.push_back(keyIn(row));
    });
    return series;
}

void HistoryEraser::eraseOld(const SeriesKey& series, const HistoryAges& keep, UtcTime now)
{
    SqlValue newestOld;
    database_.transactJob(TransactionKind::Read, [&](Transaction& transaction) {
        newestOld = transaction.query(
            "SELECT MAX(sampled_at) FROM history_samples WHERE device_id = ? AND attribute_id = ? AND sampled_at < ?",
            {series.device.value, series.attribute, toMicroseconds(now - keep.raw)})[0][0];
    });
    if (!newestOld.isNull()) eraseSamples(series, newestOld.integer());
    const std::chrono::hours ages[] = {keep.fiveMinutes, keep.hours, keep.days};
    database_.transactJob(TransactionKind::Write, [&](Transaction& transaction) {
        for (std::size_t i = 0; i < std::size(rollupWidths); ++i)
            transaction.execute(
                "DELETE FROM history_rollups WHERE resolution = ? AND device_id = ? AND attribute_id = ? "
                "AND start_at < ?",
                {rollupWidths[i].count(), series.device.value, series.attribute, toMicroseconds(now - ages[i])});
    });
}

void HistoryEraser::eraseDevice(DeviceId device)
{
    std::vector<SeriesKey> series;
    database_.transactJob(TransactionKind::Read, [&](Transaction& transaction) {
        series.clear();
        for (const auto& row :
             transaction.query("SELECT device_id, attribute_id FROM device_state WHERE device_id = ?", {device.value}))
            series.push_back(keyIn(row));
    });
    for (const auto& key : series) eraseSamples(key, std::numeric_limits<std::int64_t>::max());
    // The state goes last: it is what names the series if this has to go on another time.
    database_.transactJob(TransactionKind::Write, [&](Transaction& transaction) {
        for (const auto width : rollupWidths)
            transaction.execute("DELETE FROM history_rollups WHERE resolution = ? AND device_id = ?",
                                {width.count(), device.value});
        transaction.execute("DELETE FROM device_state WHERE device_id = ?", {device.value});
    });
}

void HistoryEraser::eraseSamples(const SeriesKey& series, std::int64_t before)
{
    for (bool more = true; more;) {
        database_.transactJob(TransactionKind::Write, [&](Transaction& transaction) {
            const auto next = transaction.query("SELECT sampled_at FROM history_samples WHERE device_id = ? AND "
                                                "attribute_id = ? ORDER BY sampled_at LIMIT 1 OFFSET ?",
                                                {series.device.value, series.attribute, eraseStep});
            more = !next.empty() && next[0][0].integer() < before;
            transaction.execute(
                "DELETE FROM history_samples WHERE device_id = ? AND attribute_id = ? AND sampled_at < ?",
                {series.device.value, series.attribute, more ? next[0][0].integer() : before});
        });
    }
}

} // namespace atrium::storage
