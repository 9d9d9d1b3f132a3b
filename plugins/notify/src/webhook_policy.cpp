#include "webhook_policy.h"

#include <Poco/Exception.h>
#include <Poco/String.h>
#include <Poco/StringTokenizer.h>

#include <algorithm>
#include <array>

namespace atrium::notify {

namespace {

using Poco::Net::IPAddress;

constexpr std::size_t longestAddress = 1000;

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

bool isWithin(const IPAddress& address, const Range& range)
{
    const IPAddress base{std::string(range.base)};
    const IPAddress mask(range.prefix, address.family());
    return (address & mask) == base;
}

} // namespace

bool isPublicAddress(const IPAddress& address)
{
    const auto isSpecial = [&](const Range& range) { return isWithin(address, range); };
    if (address.family() == IPAddress::IPv4) return std::none_of(special4.begin(), special4.end(), isSpecial);
    return isWithin(address, {"2000::", 3}) && std::none_of(special6.begin(), special6.end(), isSpecial);
}

WebhookPolicy::WebhookPolicy(const std::string& hosts, PrivateAddresses privateAddresses)
    : privateAddresses_(privateAddresses)
{
    const Poco::StringTokenizer names(Poco::toLower(hosts), ",",
                                      Poco::StringTokenizer::TOK_TRIM | Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    hosts_.assign(names.begin(), names.end());
}

Result<Poco::URI> WebhookPolicy::check(const std::string& address) const
{
    const auto invalid = [](const char* why) {
        return makeError(ErrorCode::InvalidArgument, {"Adresse de webhook invalide", "Invalid webhook address"}, why);
    };
    if (address.size() > longestAddress || std::any_of(address.begin(), address.end(), [](char c) {
            return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 127;
        }))
        return invalid("letters");
    Poco::URI uri;
    try {
        uri = address;
    }
    catch (const Poco::Exception&) {
        return invalid("syntax");
    }
    const bool isPlain = uri.getScheme() == "http" && privateAddresses_ == PrivateAddresses::Allowed;
    if (uri.getScheme() != "https" && !isPlain) return invalid("scheme");
    if (uri.getHost().empty() || !uri.getUserInfo().empty()) return invalid("host");
    const auto host = Poco::toLower(uri.getHost());
    const bool isListed = std::any_of(hosts_.begin(), hosts_.end(), [&](const std::string& known) {
        return known.starts_with("*.") ? host.ends_with(known.substr(1)) : host == known;
    });
    if (!isListed)
        return makeError(ErrorCode::Forbidden, {"Cet hôte n'est pas autorisé (plugins.notify.webhookHosts)",
                                                "This host is not allowed (plugins.notify.webhookHosts)"});
    return uri;
}

bool WebhookPolicy::allows(const IPAddress& address) const
{
    return privateAddresses_ == PrivateAddresses::Allowed || isPublicAddress(address);
}

} // namespace atrium::notify
