#include "runtime/setting_text.h"

#include <charconv>
#include <cmath>

namespace atrium::runtime {

namespace {

template <class T>
std::optional<T> readWhole(std::string_view text)
{
    T value{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

} // namespace

std::optional<bool> readBoolean(std::string_view text)
{
    if (text == "true" || text == "yes" || text == "on" || text == "1") return true;
    if (text == "false" || text == "no" || text == "off" || text == "0") return false;
    return {};
}

std::optional<std::int64_t> readInteger(std::string_view text) { return readWhole<std::int64_t>(text); }

std::optional<double> readNumber(std::string_view text)
{
    const auto number = readWhole<double>(text);
    return number && std::isfinite(*number) ? number : std::nullopt; // from_chars reads "inf" and "nan"
}

} // namespace atrium::runtime
