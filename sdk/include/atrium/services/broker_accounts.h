#pragma once

#include <string>
#include <vector>

namespace atrium {

/// One account at the embedded broker and what it may do there.
struct BrokerAccount {
    std::string name;         ///< no blanks, colons, `#` or `+`
    std::string passwordHash; ///< mosquitto's `$7$ITERATIONS$SALT$HASH` (PBKDF2-SHA512)
    std::vector<std::string> readTopics;
    std::vector<std::string> writeTopics;

    bool operator==(const BrokerAccount&) const = default;
};

/// The accounts of the embedded broker; provided by the server unless the site has a broker of its own.
class BrokerAccounts {
public:
    static constexpr const char* serviceName = "broker-accounts/1";
    virtual ~BrokerAccounts() = default;
    /// Replaces all accounts that were set before; the broker reloads, and clients whose account is gone are
    /// disconnected. Thread: any that may block.
    virtual void replace(std::vector<BrokerAccount> accounts) = 0;
};

} // namespace atrium
