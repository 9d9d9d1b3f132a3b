#include "atrium/mqtt.h"

namespace atrium {

namespace {
constexpr std::size_t maxTopicBytes = 65'535;
}

bool isValidTopic(std::string_view topic)
{
    return !topic.empty() && topic.size() <= maxTopicBytes && topic.find_first_of("+#") == std::string_view::npos &&
           isCleanUtf8(topic);
}

bool isValidTopicFilter(std::string_view filter)
{
    if (filter.empty() || filter.size() > maxTopicBytes || !isCleanUtf8(filter)) return false;
    std::size_t start = 0;
    while (start <= filter.size()) {
        const auto slash = std::min(filter.find('/', start), filter.size());
        const auto level = filter.substr(start, slash - start);
        if (level.find('#') != std::string_view::npos && (level != "#" || slash != filter.size())) return false;
        if (level.find('+') != std::string_view::npos && level != "+") return false;
        start = slash + 1;
    }
    return true;
}

} // namespace atrium
