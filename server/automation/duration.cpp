#include "automation/duration.h"

#include <charconv>

namespace atrium::automation {

namespace {

struct Unit {
    std::string_view name;
    std::chrono::microseconds length;
};
constexpr Unit units[] = {{"d", std::chrono::hours{24}},
                          {"h", std::chrono::hours{1}},
                          {"m", std::chrono::minutes{1}},
                          {"s", std::chrono::seconds{1}},
                          {"ms", std::chrono::milliseconds{1}}};

} // namespace

std::optional<std::chrono::microseconds> parseDuration(std::string_view text)
{
    using namespace std::chrono;
    constexpr microseconds longest = hours{24 * 400};

    microseconds total{0};
    std::size_t next = 0;
    while (!text.empty()) {
        std::int64_t count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc{} || count < 0 || count > longest / milliseconds{1}) return {};
        text.remove_prefix(end - text.data());
        const auto name = text.substr(0, text.find_first_of("0123456789"));
        while (next < std::size(units) && units[next].name != name) ++next;
        if (next == std::size(units) || count > longest / units[next].length) return {};
        total += count * units[next].length;
        text.remove_prefix(name.size());
        ++next;
    }
    if (total.count() == 0 || total > longest) return {};
    return total;
}

std::string toText(std::chrono::microseconds duration)
{
    std::string text;
    for (const auto& unit : units) {
        const auto count = duration / unit.length;
        if (count > 0) text += std::to_string(count) + std::string(unit.name);
        duration -= count * unit.length;
    }
    return text.empty() ? "0s" : text;
}

} // namespace atrium::automation
