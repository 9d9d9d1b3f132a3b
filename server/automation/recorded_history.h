#pragma once

#include "atrium/device.h"
#include "atrium/history.h"
#include "atrium/time.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace atrium::automation {

/// What became of an attribute in a stretch of time; every value weighs as long as it held.
struct RecordedSummary {
    struct State {
        Value value;
        double seconds = 0;
        std::int64_t times = 0; ///< that it was entered
    };
    std::optional<double> minimum; ///< of numbers and booleans (0, 1); empty when nothing was known
    std::optional<double> maximum;
    std::optional<double> mean;
    std::vector<State> states; ///< of booleans and texts
};

/// What is recorded of one attribute.
struct RecordedSeries {
    DeviceId device;
    std::string attribute;
};

/// What devices reported in the past. Thread of all: one that may block; throws on failure.
class RecordedHistory {
public:
    virtual ~RecordedHistory() = default;
    /// In [from, to), oldest first.
    virtual std::vector<RecordedSample> read(DeviceId device, const std::string& attribute, UtcTime from,
                                             UtcTime to) = 0;
    /// Of many series in [from, to), series by series, each oldest first, until the visitor wants no more: for what is
    /// too much to be kept. `series` is an index.
    enum class Next { Wanted, NotWanted };
    using Visitor = std::function<Next(std::size_t series, UtcTime at, Value&& value)>;
    virtual void scan(const std::vector<RecordedSeries>& series, UtcTime from, UtcTime to, const Visitor& visit) = 0;
    /// Whoever scans will go on for long: what is kept on a disk may be fetched from there in one go, as long as
    /// `goesOn` says so.
    virtual void expectMuch(const std::function<bool()>& goesOn) { (void)goesOn; }
    /// The newest values before a time, at most `count`, newest first.
    virtual std::vector<RecordedSample> last(DeviceId device, const std::string& attribute, UtcTime time,
                                             std::size_t count) = 0;
    /// Of [from, to). `kind` is that of the attribute.
    virtual RecordedSummary summary(DeviceId device, const std::string& attribute, Value::Kind kind, UtcTime from,
                                    UtcTime to) = 0;
};

} // namespace atrium::automation
