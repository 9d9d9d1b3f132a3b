#pragma once

#include "atrium/result.h"
#include "automation/recorded_history.h"

#include <string_view>

namespace atrium::automation {

/// What a rule asks of the past of one attribute: `history(meter.power):avg "7d"`.
struct HistoryQuestion {
    enum class Function : std::uint8_t { Average, Minimum, Maximum, Delta, Duration, Count, At, Previous };
    DeviceId device;
    std::string attribute;
    Value::Kind kind = Value::Kind::Number; ///< of the attribute
    Function function = Function::Average;
    std::chrono::microseconds period{}; ///< until now; not of Previous
    Value state;                        ///< of Duration and Count
    Value current;                      ///< the value now, which may not be recorded yet
    UtcTime now{};
};

/// `avg`, `min`, `max`, `delta`, `duration`, `count`, `at`, `previous`; empty for another word.
std::optional<HistoryQuestion::Function> parseHistoryFunction(std::string_view word);

/// The answer; Null when nothing is known of that time. Error: InvalidArgument (states of a number, an average of a
/// text). Thread: one that may block; throws what the history throws.
Result<Value> answer(const HistoryQuestion& question, RecordedHistory& history);

} // namespace atrium::automation
