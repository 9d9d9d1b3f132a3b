#include "atrium/outgoing/web_policy.h"

#include "atrium/address.h"

#include <Poco/Exception.h>
#include <Poco/String.h>

#include <algorithm>

namespace atrium::outgoing {

namespace {

Error invalid(Text reason) { return makeError(ErrorCode::InvalidArgument, std::move(reason)); }

} // namespace

WebPolicy::WebPolicy(Options options) : options_(std::move(options))
{
    for (auto& host : options_.hosts) Poco::toLowerInPlace(host);
}

Result<Poco::URI> WebPolicy::check(const std::string& address) const
{
    if (address.size() > options_.longestAddress ||
        std::any_of(address.begin(), address.end(), [](unsigned char c) { return c <= ' ' || c >= 127; })) {
        const auto most = std::to_string(options_.longestAddress);
        return invalid({"l'adresse a des lettres qui n'y ont pas leur place, ou plus de " + most,
                        "the address has letters that do not belong into one, or is longer than " + most});
    }
    Poco::URI uri;
    try {
        uri = address;
    }
    catch (const Poco::Exception&) {
        return invalid({"ce n'est pas une adresse", "this is no address"});
    }
    if (uri.getHost().empty() || !uri.getUserInfo().empty())
        return invalid(
            {"l'adresse n'a pas d'hôte, ou contient un compte", "the address has no host, or an account in it"});
    const bool isPlain = uri.getScheme() == "http" && options_.privateAddresses == PrivateAddresses::Allowed;
    if (uri.getScheme() != "https" && !isPlain)
        return invalid({"seules des adresses https sont permises (http avec " + options_.privateSetting + ")",
                        "only https addresses can be asked (http with " + options_.privateSetting + ")"});
    const auto host = Poco::toLower(uri.getHost());
    const auto& hosts = options_.hosts;
    const bool isListed = std::any_of(hosts.begin(), hosts.end(), [&](const std::string& known) {
        return known.starts_with("*.") ? host.ends_with(known.substr(1)) : host == known;
    });
    if (!isListed)
        return makeError(ErrorCode::Forbidden, {"l'hôte " + host + " n'est pas dans " + options_.hostsSetting,
                                                "the host " + host + " is not among " + options_.hostsSetting});
    return uri;
}

bool WebPolicy::allows(const std::string& ipAddress) const
{
    return options_.privateAddresses == PrivateAddresses::Allowed || isPublicAddress(ipAddress);
}

} // namespace atrium::outgoing
