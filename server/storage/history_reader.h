#pragma once

#include "atrium/clock.h"
#include "storage/attribute_names.h"
#include "storage/history_sample.h"
#include "storage/sql_database.h"

#include <optional>
#include <string_view>
#include <vector>

namespace atrium::storage {

enum class HistoryResolution { Raw, FiveMinutes, Hour, Day, Auto };

/// `raw`, `5min`, `hour`, `day`, `auto`. Empty for another word.
std::optional<HistoryResolution> parseHistoryResolution(std::string_view word);
const char* toString(HistoryResolution resolution);

/// One sample, or the summary of one interval.
struct HistoryPoint {
    UtcTime at{};       ///< of the sample, or the start of the interval (UTC)
    Value value;        ///< the sample, or the last number of the interval
    double minimum = 0; ///< of the interval
    double maximum = 0;
    double mean = 0;        ///< of the samples, not weighted by time
    std::int64_t count = 0; ///< samples in the interval; 1 for a raw point
};

struct HistoryAnswer {
    HistoryResolution resolution = HistoryResolution::Raw; ///< never Auto
    std::vector<HistoryPoint> points;                      ///< oldest first
};

/// The last value of one attribute as the database has it.
struct StoredState {
    DeviceId device;
    std::string attribute;
    Value value;
    UtcTime changedAt{};
    UtcTime reportedAt{};
};

/// Reads what HistoryWriter wrote. Summaries include the interval that is still open. Thread: any that may block.
/// Throws StorageError.
class HistoryReader {
public:
    HistoryReader(SqlDatabase& database, const AttributeNames& names);

    /// The points in [from, to); the newest `limit` where there are more. Auto takes the finest resolution that answers
    /// with at most about `autoPoints` points. Only numbers and booleans have summaries; for other attributes Auto
    /// answers raw.
    HistoryAnswer query(DeviceId device, std::string_view attribute, UtcTime from, UtcTime to,
                        HistoryResolution resolution, std::size_t limit = 10'000) const;
    static constexpr std::size_t autoPoints = 1000;

    /// All last values, for the start of the server.
    std::vector<StoredState> lastValues() const;

private:
    SqlDatabase& database_;
    const AttributeNames& names_;
};

} // namespace atrium::storage
