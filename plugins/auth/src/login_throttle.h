#pragma once

#include "atrium/clock.h"

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace atrium::auth {

/// Counts wrong passwords by account: 10 within 15 minutes, then none is looked at until the first of them is 15
/// minutes old. Addresses without an account count the same, so that the answer tells nothing. Remembers at most
/// 10,000 addresses and forgets the one that failed longest ago. Thread: any.
class LoginThrottle {
public:
    static constexpr std::size_t maxFailures = 10;
    static constexpr std::chrono::minutes window{15};
    static constexpr std::size_t maxAddresses = 10'000;

    explicit LoginThrottle(const Clock& clock, std::size_t failuresAllowed = maxFailures,
                           std::chrono::minutes within = window);

    /// How long the account is still closed; empty when it is open.
    std::optional<std::chrono::seconds> closedFor(const std::string& emailKey);
    void failed(const std::string& emailKey);
    void succeeded(const std::string& emailKey);

private:
    void forgetOld(std::deque<SteadyTime>& failures) const;

    const Clock& clock_;
    const std::size_t failuresAllowed_;
    const std::chrono::minutes within_;
    std::mutex mutex_;
    std::map<std::string, std::deque<SteadyTime>> failures_;
};

} // namespace atrium::auth
