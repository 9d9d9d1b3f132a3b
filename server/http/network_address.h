#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::http {

/// An IP address; IPv4 is kept as its mapped IPv6 form. Thread: any.
struct NetworkAddress {
    std::array<std::uint8_t, 16> bytes{};

    static std::optional<NetworkAddress> parse(std::string_view text);
    bool isIpv4() const;
    /// Loopback, link-local or private (RFC 1918, RFC 4193).
    bool isLocal() const;
    bool operator==(const NetworkAddress&) const = default;
};

/// An address or a network (`192.168.0.0/16`, `fd00::/8`). Thread: any.
class NetworkRange {
public:
    /// Throws std::invalid_argument.
    explicit NetworkRange(std::string_view text);
    bool contains(const NetworkAddress& address) const;

private:
    NetworkAddress base_;
    unsigned prefix_ = 128;
};

/// The address of the client: `peer`, or what trusted proxies say in X-Forwarded-For (the last address in it that is no
/// trusted proxy itself).
std::string clientAddress(std::string_view peer, std::string_view forwardedFor,
                          const std::vector<NetworkRange>& trustedProxies);

/// What is limited together: an IPv4 address, or the /64 of an IPv6 address, which is one customer.
std::string addressGroup(std::string_view address);

} // namespace atrium::http
