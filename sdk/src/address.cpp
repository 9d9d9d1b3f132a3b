#include "atrium/address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdint>

namespace atrium {

namespace {

struct Range {
    const char* base;
    unsigned prefix;
};

// IANA's special-purpose registries (RFC 6890), and multicast.
constexpr std::array special4{
    Range{"0.0.0.0", 8},      Range{"10.0.0.0", 8},    Range{"100.64.0.0", 10},   Range{"127.0.0.0", 8},
    Range{"169.254.0.0", 16}, Range{"172.16.0.0", 12}, Range{"192.0.0.0", 24},    Range{"192.0.2.0", 24},
    Range{"192.168.0.0", 16}, Range{"198.18.0.0", 15}, Range{"198.51.100.0", 24}, Range{"203.0.113.0", 24},
    Range{"224.0.0.0", 4},    Range{"240.0.0.0", 4},
};
// IPv6 is public within 2000::/3 only, less these: Teredo and other protocols, documentation, 6to4 (holds an IPv4
// address).
constexpr std::array special6{Range{"2001::", 23}, Range{"2001:db8::", 32}, Range{"2002::", 16}};
constexpr Range global6{"2000::", 3};

template <std::size_t bytes>
bool isWithin(const std::array<std::uint8_t, bytes>& address, const Range& range)
{
    std::array<std::uint8_t, bytes> base{};
    if (::inet_pton(bytes == 4 ? AF_INET : AF_INET6, range.base, base.data()) != 1) return true;
    for (unsigned bit = 0; bit < range.prefix; ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80u >> (bit % 8));
        if ((address[bit / 8] & mask) != (base[bit / 8] & mask)) return false;
    }
    return true;
}

} // namespace

bool isPublicAddress(const std::string& address)
{
    std::array<std::uint8_t, 4> four{};
    std::array<std::uint8_t, 16> six{};
    if (::inet_pton(AF_INET, address.c_str(), four.data()) == 1)
        return std::none_of(special4.begin(), special4.end(),
                            [&](const Range& range) { return isWithin(four, range); });
    if (::inet_pton(AF_INET6, address.c_str(), six.data()) != 1) return false;
    return isWithin(six, global6) &&
           std::none_of(special6.begin(), special6.end(), [&](const Range& range) { return isWithin(six, range); });
}

} // namespace atrium
