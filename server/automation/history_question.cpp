#include "automation/history_question.h"

#include <algorithm>
#include <iterator>

namespace atrium::automation {

namespace {

constexpr const char* words[] = {"avg", "min", "max", "delta", "duration", "count", "at", "previous"};

Error wrongKind(const char* reason) { return makeError(ErrorCode::InvalidArgument, {reason, reason}); }

bool isNumeric(Value::Kind kind) { return kind == Value::Kind::Number || kind == Value::Kind::Integer; }

Value toValue(const std::optional<double>& number) { return number ? Value(*number) : Value(); }

Value lastBefore(const HistoryQuestion& question, RecordedHistory& history, UtcTime time)
{
    const auto last = history.last(question.device, question.attribute, time, 1);
    return last.empty() ? Value() : last.front().value;
}

/// How much a counter or level grew: its value now less the one at the beginning, or the first one after it.
Value growth(const HistoryQuestion& question, RecordedHistory& history, UtcTime from)
{
    auto first = lastBefore(question, history, from);
    if (first.isNull()) {
        const auto values = history.read(question.device, question.attribute, from, question.now);
        if (!values.empty()) first = values.front().value;
    }
    const auto now = question.current.isNull() ? lastBefore(question, history, question.now) : question.current;
    const auto begin = first.ifNumber(), end = now.ifNumber();
    return begin && end ? Value(*end - *begin) : Value();
}

/// The newest value that is not the present one.
Value previous(const HistoryQuestion& question, RecordedHistory& history)
{
    // Equal values in a row are recorded where a device or the server began anew.
    constexpr std::size_t lookBack = 100;
    auto current = question.current;
    for (auto& value : history.last(question.device, question.attribute, question.now, lookBack)) {
        if (current.isNull()) current = value.value;
        if (value.value != current) return value.value;
    }
    return {};
}

} // namespace

std::optional<HistoryQuestion::Function> parseHistoryFunction(std::string_view word)
{
    const auto found = std::find(std::begin(words), std::end(words), word);
    if (found == std::end(words)) return {};
    return static_cast<HistoryQuestion::Function>(found - std::begin(words));
}

Result<Value> answer(const HistoryQuestion& question, RecordedHistory& history)
{
    using Function = HistoryQuestion::Function;
    const auto from = question.now - question.period;
    switch (question.function) {
    case Function::Previous: return previous(question, history);
    case Function::At: return lastBefore(question, history, from);
    case Function::Delta:
        if (!isNumeric(question.kind)) return wrongKind("delta is for numbers");
        return growth(question, history, from);
    default: break;
    }
    const bool ofStates = question.function == Function::Duration || question.function == Function::Count;
    if (ofStates && isNumeric(question.kind)) return wrongKind("duration and count are for on/off and texts");
    if (!ofStates && question.kind == Value::Kind::Text) return wrongKind("avg, min and max are for numbers");
    const auto summary = history.summary(question.device, question.attribute, question.kind, from, question.now);
    if (question.function == Function::Average) return toValue(summary.mean);
    if (question.function == Function::Minimum) return toValue(summary.minimum);
    if (question.function == Function::Maximum) return toValue(summary.maximum);
    for (const auto& state : summary.states)
        if (state.value == question.state)
            return question.function == Function::Duration ? Value(state.seconds) : Value(state.times);
    return question.function == Function::Duration ? Value(0.0) : Value(std::int64_t{0});
}

} // namespace atrium::automation
