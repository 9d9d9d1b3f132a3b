#pragma once

#include "storage/attribute_names.h"
#include "storage/history_block.h"
#include "storage/history_sample.h"
#include "storage/sql_database.h"

#include <functional>
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
    UtcTime at{};               ///< of the sample, or the start of the interval (UTC)
    Value value;                ///< the sample, or the last value of the interval; Null = a gap begins
    double minimum = 0;         ///< of the samples in the interval
    double maximum = 0;         ///< of the samples in the interval
    std::optional<double> mean; ///< each value weighed by how long it held; empty when none was known for any time
    std::int64_t count = 0;     ///< samples in the interval; 1 for a raw point
};

struct HistoryQuery {
    DeviceId device;
    std::string attribute;
    Value::Kind kind = Value::Kind::Number; ///< of the attribute: summaries of booleans come back as booleans
    UtcTime from{};
    UtcTime to{};  ///< exclusive
    UtcTime now{}; ///< a last value holds until now, not into the future
    HistoryResolution resolution = HistoryResolution::Auto;
    std::size_t limit = 10'000;
};

struct HistoryAnswer {
    HistoryResolution resolution = HistoryResolution::Raw; ///< never Auto
    std::vector<HistoryPoint> points;                      ///< oldest first
    std::vector<HistoryGap> gaps;                          ///< when no value was known; sorted
    bool cut = false;                                      ///< there are older points than the limit let through
    UtcTime from{}; ///< what the points stand for: widened to whole intervals, narrowed where they were cut
    UtcTime to{};
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
    HistoryAnswer query(const HistoryQuery& wanted) const;
    static constexpr std::size_t autoPoints = 1000;

    /// The bare samples in [from, to), oldest first, at most the newest `limit`; of a gap nothing is said.
    std::vector<std::pair<UtcTime, Value>> samples(DeviceId device, const std::string& attribute, UtcTime from,
                                                   UtcTime to, std::size_t limit) const;

    /// The bare samples of many series in [from, to), series by series, each oldest first, until the visitor wants no
    /// more. Nothing is kept, and no transaction is long.
    struct SeriesName {
        DeviceId device;
        std::string attribute;
    };
    using SampleVisitor = std::function<NextRow(std::size_t series, UtcTime at, Value&& value)>;
    void scan(const std::vector<SeriesName>& series, UtcTime from, UtcTime to, const SampleVisitor& visit) const;

    /// What is read next is much: the database may prepare for that, as long as `goesOn` says so.
    void expectMuch(const std::function<bool()>& goesOn) const { database_.readAhead(goesOn); }

    /// Of [from, to), from samples where they are kept and few enough, else from the finest summaries that are.
    /// `limit` and `resolution` do not matter.
    HistoryStatistics statistics(const HistoryQuery& wanted) const;
    static constexpr std::size_t statisticsPoints = 10'000;

    /// All last values, for the start of the server.
    std::vector<StoredState> lastValues() const;

private:
    SqlDatabase& database_;
    const AttributeNames& names_;
};

} // namespace atrium::storage
