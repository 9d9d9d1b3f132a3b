#pragma once

#include "atrium/result.h"

#include <Poco/URI.h>

#include <string>
#include <vector>

namespace atrium::automation {

/// Whether rules may ask addresses that are no public ones: this machine, the home's network.
enum class PrivateAddresses { Refused, Allowed };

/// Which servers rules may ask. Thread: any.
class WebPolicy {
public:
    /// `hosts` are names; `*.example.org` is every name below example.org. None = nothing may be asked.
    WebPolicy(std::vector<std::string> hosts, PrivateAddresses privateAddresses);
    virtual ~WebPolicy() = default;

    /// The parts of an address that may be asked: https, or http where private addresses are allowed; no account in it.
    /// Errors: InvalidArgument, Forbidden (not on the list).
    Result<Poco::URI> check(const std::string& address) const;
    /// Of the very IP address that is connected to.
    virtual bool allows(const std::string& ipAddress) const;

private:
    std::vector<std::string> hosts_;
    PrivateAddresses privateAddresses_;
};

} // namespace atrium::automation
