#pragma once

#include "storage/history_sample.h"
#include "storage/sql_database.h"

#include <deque>

namespace atrium::storage {

/// How long history is kept.
struct HistoryAges {
    std::chrono::hours raw{24 * 10};
    std::chrono::hours fiveMinutes{24 * 90};
    std::chrono::hours hours{24 * 731};
    std::chrono::hours days{24 * 3653};
};

/// Deletes history in short transactions, so that writers between them never wait long. Thread: storage-writer. Throws
/// StorageError; what was deleted until then stays deleted, and calling again goes on.
class HistoryEraser {
public:
    explicit HistoryEraser(SqlDatabase& database) : database_(database) {}

    /// The next 1,000 series in their order; empty behind the last one. The first comes after SeriesKey{}.
    std::deque<SeriesKey> seriesAfter(const SeriesKey& after) const;
    /// What is too old at `now`, but for the newest sample of that age: it still holds.
    void eraseOld(const SeriesKey& series, const HistoryAges& keep, UtcTime now);
    /// All history and state.
    void eraseDevice(DeviceId device);

private:
    void eraseSamples(const SeriesKey& series, std::int64_t before);

    SqlDatabase& database_;
};

} // namespace atrium::storage
