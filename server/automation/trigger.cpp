#include "automation/trigger.h"

#include "atrium/mqtt.h"
#include "automation/duration.h"

#include <algorithm>
#include <charconv>

namespace atrium::automation {

namespace {

constexpr std::size_t maxPatternBytes = 1024;

bool isIdentifier(std::string_view name)
{
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !name.empty() && isLetter(name[0]) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return isLetter(c) || (c >= '0' && c <= '9'); });
}

std::optional<unsigned> readNumber(std::string_view text)
{
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

} // namespace

const char* kindOf(const Trigger& trigger)
{
    if (const auto* schedule = std::get_if<ScheduleTrigger>(&trigger)) return schedule->kind();
    if (const auto* selected = std::get_if<SelectedTrigger>(&trigger))
        return selected->silence > 0 ? "silent" : "attribute";
    constexpr const char* kinds[] = {"mqtt",  "attribute", "every",    "schedule", "startup",
                                     "event", "silent",    "shutdown", "selected", "webhook"};
    static_assert(std::size(kinds) == std::variant_size_v<Trigger>);
    return kinds[trigger.index()];
}

std::optional<MqttTrigger> parseTopicPattern(std::string_view pattern)
{
    if (pattern.size() > maxPatternBytes) return {};
    MqttTrigger trigger;
    std::size_t start = 0;
    for (std::uint32_t level = 0; start <= pattern.size(); ++level) {
        const auto slash = std::min(pattern.find('/', start), pattern.size());
        auto part = pattern.substr(start, slash - start);
        if (part.size() > 1 && part[0] == '+') {
            if (!isIdentifier(part.substr(1))) return {};
            trigger.captures.push_back({level, std::string(part.substr(1))});
            part = "+";
        }
        if (level > 0) trigger.filter += '/';
        trigger.filter += part;
        start = slash + 1;
    }
    if (!isValidTopicFilter(trigger.filter)) return {};
    return trigger;
}

std::optional<RuleMode> parseRuleMode(std::string_view text)
{
    constexpr unsigned highestLimit = 1000;
    if (text == "single") return RuleMode{RuleMode::Kind::Single, 1};
    if (text == "restart") return RuleMode{RuleMode::Kind::Restart, 1};
    if (constexpr std::string_view word = "throttle "; text.starts_with(word)) {
        const auto period = parseDuration(text.substr(word.size()));
        if (!period || period->count() <= 0) return {};
        return RuleMode{RuleMode::Kind::Throttle, 1, period->count()};
    }
    RuleMode mode;
    const auto parenthesis = std::min(text.find('('), text.size());
    const auto word = text.substr(0, parenthesis);
    if (word == "queued") mode.kind = RuleMode::Kind::Queued;
    else if (word == "parallel") mode.kind = RuleMode::Kind::Parallel;
    else return {};
    if (parenthesis == text.size()) return mode;
    if (text.back() != ')') return {};
    const auto limit = readNumber(text.substr(parenthesis + 1, text.size() - parenthesis - 2));
    if (!limit || *limit == 0 || *limit > highestLimit) return {};
    mode.limit = *limit;
    return mode;
}

} // namespace atrium::automation
