#include "http/network_address.h"

#include "http/header_text.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace atrium::http {

namespace {
constexpr std::array<std::uint8_t, 12> mappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool contained(const std::vector<NetworkRange>& ranges, const NetworkAddress& address)
{
    return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) { return range.contains(address); });
}
} // namespace

std::optional<NetworkAddress> NetworkAddress::parse(std::string_view text)
{
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    const std::string copy(text);
    NetworkAddress address;
    if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
    std::copy(mappedPrefix.begin(), mappedPrefix.end(), address.bytes.begin());
    if (inet_pton(AF_INET, copy.c_str(), address.bytes.data() + 12) == 1) return address;
    return {};
}

bool NetworkAddress::isIpv4() const { return std::equal(mappedPrefix.begin(), mappedPrefix.end(), bytes.begin()); }

bool NetworkAddress::isLocal() const
{
    if (isIpv4()) {
        const auto a = bytes[12], b = bytes[13];
        return a == 127 || a == 10 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) ||
               (a == 169 && b == 254);
    }
    const bool loopback = bytes.back() == 1 && std::all_of(bytes.begin(), bytes.end() - 1, [](auto x) { return !x; });
    return loopback || (bytes[0] & 0xFE) == 0xFC || (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80);
}

NetworkRange::NetworkRange(std::string_view text)
{
    const auto slash = text.find('/');
    const auto base = NetworkAddress::parse(text.substr(0, slash));
    if (!base) throw std::invalid_argument("not an address or network: " + std::string(text));
    base_ = *base;
    if (slash == std::string_view::npos) return;
    const auto digits = text.substr(slash + 1);
    unsigned prefix = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    const unsigned most = base_.isIpv4() ? 32 : 128;
    if (error != std::errc{} || end != digits.data() + digits.size() || prefix > most)
        throw std::invalid_argument("not a network: " + std::string(text));
    prefix_ = prefix + (base_.isIpv4() ? 96 : 0);
}

bool NetworkRange::contains(const NetworkAddress& address) const
{
    const unsigned whole = prefix_ / 8, bits = prefix_ % 8;
    if (std::memcmp(address.bytes.data(), base_.bytes.data(), whole) != 0) return false;
    if (bits == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xFF << (8 - bits));
    return (address.bytes[whole] & mask) == (base_.bytes[whole] & mask);
}

std::string clientAddress(std::string_view peer, std::string_view forwardedFor,
                          const std::vector<NetworkRange>& trustedProxies)
{
    std::string client(peer);
    while (!trustedProxies.empty() && !forwardedFor.empty()) {
        const auto known = NetworkAddress::parse(client);
        if (!known || !contained(trustedProxies, *known)) break;
        const auto comma = forwardedFor.rfind(',');
        const auto last = trimBlanks(comma == std::string_view::npos ? forwardedFor : forwardedFor.substr(comma + 1));
        forwardedFor = comma == std::string_view::npos ? std::string_view{} : forwardedFor.substr(0, comma);
        if (!NetworkAddress::parse(last)) break;
        client = last;
    }
    return client;
}

std::string addressGroup(std::string_view address)
{
    const auto parsed = NetworkAddress::parse(address);
    if (!parsed) return std::string(address);
    if (parsed->isIpv4()) return {reinterpret_cast<const char*>(parsed->bytes.data()) + 12, 4};
    return {reinterpret_cast<const char*>(parsed->bytes.data()), 8};
}

} // namespace atrium::http
