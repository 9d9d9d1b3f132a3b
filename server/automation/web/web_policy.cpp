#include "automation/web/web_policy.h"

#include "atrium/address.h"

#include <Poco/Exception.h>
#include <Poco/String.h>

#include <algorithm>

namespace atrium::automation {

namespace {

constexpr std::size_t longestAddress = 2000;

Error invalid(const char* reason) { return makeError(ErrorCode::InvalidArgument, {reason, reason}); }

} // namespace

WebPolicy::WebPolicy(std::vector<std::string> hosts, PrivateAddresses privateAddresses)
    : hosts_(std::move(hosts)), privateAddresses_(privateAddresses)
{
    for (auto& host : hosts_) Poco::toLowerInPlace(host);
}

Result<Poco::URI> WebPolicy::check(const std::string& address) const
{
    if (address.size() > longestAddress ||
        std::any_of(address.begin(), address.end(), [](unsigned char c) { return c <= ' ' || c >= 127; }))
        return invalid("the address has letters that do not belong into one, or is longer than 2000");
    Poco::URI uri;
    try {
        uri = address;
    }
    catch (const Poco::Exception&) {
        return invalid("this is no address");
    }
    if (uri.getHost().empty() || !uri.getUserInfo().empty())
        return invalid("the address has no host, or an account in it");
    const bool isPlain = uri.getScheme() == "http" && privateAddresses_ == PrivateAddresses::Allowed;
    if (uri.getScheme() != "https" && !isPlain)
        return invalid("only https addresses can be asked (http with automations.http.private)");
    const auto host = Poco::toLower(uri.getHost());
    const bool isListed = std::any_of(hosts_.begin(), hosts_.end(), [&](const std::string& known) {
        return known.starts_with("*.") ? host.ends_with(known.substr(1)) : host == known;
    });
    if (!isListed) {
        const std::string reason = "the host " + host + " is not among automations.http.hosts";
        return makeError(ErrorCode::Forbidden, {reason, reason});
    }
    return uri;
}

bool WebPolicy::allows(const std::string& ipAddress) const
{
    return privateAddresses_ == PrivateAddresses::Allowed || isPublicAddress(ipAddress);
}

} // namespace atrium::automation
