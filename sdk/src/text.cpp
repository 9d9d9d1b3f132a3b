#include "atrium/text.h"

#include <cstdint>
#include <cstdlib>

namespace atrium {

Language preferredLanguage(std::string_view acceptLanguage, Language fallback)
{
    double bestQuality = 0;
    Language best = fallback;
    while (!acceptLanguage.empty()) {
        const auto comma = acceptLanguage.find(',');
        std::string_view item = acceptLanguage.substr(0, comma);
        acceptLanguage.remove_prefix(comma == std::string_view::npos ? acceptLanguage.size() : comma + 1);
        while (!item.empty() && item.front() == ' ') item.remove_prefix(1);

        double quality = 1;
        if (const auto q = item.find(";q="); q != std::string_view::npos)
            quality = std::strtod(std::string(item.substr(q + 3, 5)).c_str(), nullptr);
        const std::string_view primary = item.substr(0, item.find_first_of("-;"));
        if (quality <= bestQuality) continue;
        if (primary == "fr" || primary == "FR") best = Language::French;
        else if (primary == "en" || primary == "EN") best = Language::English;
        else if (primary == "*") best = fallback;
        else continue;
        bestQuality = quality;
    }
    return best;
}

bool isCleanUtf8(std::string_view bytes)
{
    std::size_t i = 0;
    while (i < bytes.size()) {
        const auto lead = static_cast<std::uint8_t>(bytes[i]);
        if (lead == 0) return false;
        if (lead < 0x80) {
            ++i;
            continue;
        }
        const int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (lead < 0xC2 || lead > 0xF4 || i + length > bytes.size()) return false;
        std::uint32_t point = lead & (0xFF >> (length + 1));
        for (int k = 1; k < length; ++k) {
            const auto next = static_cast<std::uint8_t>(bytes[i + k]);
            if ((next & 0xC0) != 0x80) return false;
            point = (point << 6) | (next & 0x3F);
        }
        const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
        const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        if (overlong || surrogate || point > 0x10FFFF) return false;
        i += length;
    }
    return true;
}

} // namespace atrium
