#include "realtime/topic_filter.h"

#include <algorithm>

namespace atrium::realtime {

namespace {
constexpr std::size_t maxPatterns = 64;
constexpr std::size_t maxPatternLength = 128;

bool matches(std::string_view pattern, std::string_view topic)
{
    if (!pattern.empty() && pattern.back() == '*') return topic.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern == topic;
}

bool matchesAny(const std::vector<std::string>& patterns, std::string_view topic)
{
    return std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) { return matches(pattern, topic); });
}

void add(std::vector<std::string>& patterns, const std::string& pattern)
{
    if (patterns.size() < maxPatterns && std::find(patterns.begin(), patterns.end(), pattern) == patterns.end())
        patterns.push_back(pattern);
}
} // namespace

void TopicFilter::subscribe(const List& patterns)
{
    for (const auto& value : patterns) {
        const auto* pattern = value.ifText();
        if (!pattern || pattern->size() > maxPatternLength) continue;
        everything_ = false;
        std::erase(unwanted_, *pattern);
        add(wanted_, *pattern);
    }
}

void TopicFilter::unsubscribe(const List& patterns)
{
    for (const auto& value : patterns) {
        const auto* pattern = value.ifText();
        if (!pattern || pattern->size() > maxPatternLength) continue;
        std::erase(wanted_, *pattern);
        add(unwanted_, *pattern);
    }
}

bool TopicFilter::wants(std::string_view topic) const
{
    if (matchesAny(unwanted_, topic)) {
        // A topic that is named exactly wins over a wildcard that is not wanted.
        return std::find(wanted_.begin(), wanted_.end(), topic) != wanted_.end();
    }
    return everything_ || matchesAny(wanted_, topic);
}

} // namespace atrium::realtime
