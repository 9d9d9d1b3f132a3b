#pragma once

#include "atrium/result.h"

#include <Poco/URI.h>

#include <string>
#include <vector>

namespace atrium::outgoing {

/// Whether addresses that are no public ones may be asked: this machine, the home's network.
enum class PrivateAddresses { Refused, Allowed };

/// Which servers of the web may be asked on behalf of people. Thread: any.
class WebPolicy {
public:
    struct Options {
        /// Names; `*.example.org` is every name below example.org. None = nothing may be asked.
        std::vector<std::string> hosts;
        PrivateAddresses privateAddresses = PrivateAddresses::Refused;
        /// Settings that people are told of: of the hosts, and of private addresses.
        std::string hostsSetting;
        std::string privateSetting;
        std::size_t longestAddress = 2000;
    };
    explicit WebPolicy(Options options);
    virtual ~WebPolicy() = default;

    /// The parts of an address that may be asked: https, or http where private addresses are allowed; no account in it.
    /// Errors: InvalidArgument, Forbidden (not on the list).
    Result<Poco::URI> check(const std::string& address) const;
    /// Of the very IP address that is connected to.
    virtual bool allows(const std::string& ipAddress) const;
    const Options& options() const { return options_; }

private:
    Options options_;
};

} // namespace atrium::outgoing
