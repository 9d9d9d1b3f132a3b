#pragma once

#include "atrium/result.h"

#include <Poco/Net/IPAddress.h>
#include <Poco/URI.h>

#include <string>
#include <vector>

namespace atrium::notify {

/// Whether messages may go to addresses that are no public ones: this machine, the home's network.
enum class PrivateAddresses { Refused, Allowed };

/// Which addresses of the web rules may call.
class WebhookPolicy {
public:
    /// `hosts` are names separated by commas; `*.example.org` is every name below example.org. None = no webhooks.
    WebhookPolicy(const std::string& hosts, PrivateAddresses privateAddresses);

    /// An address that may be called. HTTPS, or HTTP where private addresses are allowed; no account in it. Errors:
    /// InvalidArgument, Forbidden (not on the list).
    Result<Poco::URI> check(const std::string& address) const;
    bool allows(const Poco::Net::IPAddress& address) const;

private:
    std::vector<std::string> hosts_;
    PrivateAddresses privateAddresses_;
};

} // namespace atrium::notify
