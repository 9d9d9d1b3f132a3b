#include "webhook_policy.h"

#include "atrium/address.h"

#include <Poco/Exception.h>
#include <Poco/String.h>
#include <Poco/StringTokenizer.h>

#include <algorithm>

namespace atrium::notify {

namespace {

using Poco::Net::IPAddress;

constexpr std::size_t longestAddress = 1000;

} // namespace

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
    return privateAddresses_ == PrivateAddresses::Allowed || isPublicAddress(address.toString());
}

} // namespace atrium::notify
