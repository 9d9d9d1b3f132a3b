#pragma once

#include "atrium/clock.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace atrium::auth {

/// People who are at the identity provider right now: what they left with must come back, in the same browser, once,
/// within ten minutes. In memory only: after a restart one starts again. At most 10,000; the oldest goes. Thread: any.
class OidcFlows {
public:
    static constexpr std::chrono::minutes life{10};
    static constexpr std::size_t maxFlows = 10'000;

    /// All random.
    struct Flow {
        std::string state;    ///< comes back with the code (RFC 6749 §10.12)
        std::string nonce;    ///< comes back in the ID token
        std::string verifier; ///< proves to the token endpoint that the code is ours (RFC 7636)
        std::string browser;  ///< a cookie: nobody is signed in with what another browser brought back
    };

    explicit OidcFlows(const Clock& clock) : clock_(clock) {}

    Flow begin();
    /// Empty when there is no such flow, or it was begun in another browser; in any case it is over.
    std::optional<Flow> take(const std::string& state, std::string_view browser);

private:
    struct Entry {
        Flow flow;
        SteadyTime expiresAt;
    };
    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Entry> flows_; ///< by state
};

} // namespace atrium::auth
