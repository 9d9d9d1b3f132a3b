#include "automation/stored_value.h"

namespace atrium::automation {

namespace {
constexpr std::size_t largestText = 60'000;
} // namespace

std::string packed(const Value& value)
{
    auto text = toJournalText(value);
    return text.size() <= largestText ? text : toJournalText({});
}

Value unpacked(const SqlValue& text) { return fromJournalText(text.text()).value_or(Value()); }

} // namespace atrium::automation
