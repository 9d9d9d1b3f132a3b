#include "automation/trigger.h"

#include "atrium/mqtt.h"

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

std::optional<int> readDay(std::string_view text)
{
    constexpr std::string_view names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const auto found = std::find(std::begin(names), std::end(names), text);
    if (found == std::end(names)) return {};
    return static_cast<int>(found - std::begin(names));
}

} // namespace

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

std::optional<std::uint32_t> parseTimeOfDay(std::string_view text)
{
    std::uint32_t seconds = 0;
    int parts = 0;
    for (;; ++parts) {
        const auto colon = std::min(text.find(':'), text.size());
        const auto number = readNumber(text.substr(0, colon));
        if (!number || colon > 2 || *number > (parts == 0 ? 23u : 59u) || parts > 2) return {};
        seconds += *number * (parts == 0 ? 3600 : parts == 1 ? 60 : 1);
        if (colon == text.size()) break;
        text.remove_prefix(colon + 1);
    }
    if (parts == 0) return {};
    return seconds;
}

std::optional<std::uint8_t> parseDays(std::string_view text)
{
    unsigned days = 0;
    for (;;) {
        const auto comma = std::min(text.find(','), text.size());
        auto range = text.substr(0, comma);
        while (!range.empty() && range.front() == ' ') range.remove_prefix(1);
        while (!range.empty() && range.back() == ' ') range.remove_suffix(1);
        const auto dash = std::min(range.find('-'), range.size());
        const auto first = readDay(range.substr(0, dash));
        const auto last = dash == range.size() ? first : readDay(range.substr(dash + 1));
        if (!first || !last) return {};
        for (int day = *first;; day = (day + 1) % 7) {
            days |= 1u << day;
            if (day == *last) break;
        }
        if (comma == text.size()) return static_cast<std::uint8_t>(days);
        text.remove_prefix(comma + 1);
    }
}

std::optional<DstPolicy> parseDstPolicy(std::string_view text)
{
    if (text == "once") return DstPolicy::Once;
    if (text == "skip") return DstPolicy::Skip;
    if (text == "both") return DstPolicy::Both;
    return {};
}

std::optional<RuleMode> parseRuleMode(std::string_view text)
{
    constexpr unsigned highestLimit = 1000;
    if (text == "single") return RuleMode{RuleMode::Kind::Single, 1};
    if (text == "restart") return RuleMode{RuleMode::Kind::Restart, 1};
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
