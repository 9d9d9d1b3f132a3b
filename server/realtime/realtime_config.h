#pragma once

#include "atrium/clock.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/services/accounts.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace atrium::realtime {

/// What an operator may set about WebSocket (etc/atrium.properties, keys `realtime.*`).
struct RealtimeConfig {
    /// Pages of these origins may connect beside those of the server itself; `*` = any. Programs send no Origin.
    std::vector<std::string> origins;
    std::size_t maxClients = 4096;
    std::size_t outboxBytes = 256 * 1024;    ///< per client; a client that is slower is dropped
    std::size_t maxMessageBytes = 64 * 1024; ///< from a client
    std::size_t inboxMessages = 10'000;      ///< published and not yet distributed
    std::size_t replayMessages = 2'000;
    std::size_t replayBytes = 4 << 20;
    std::chrono::milliseconds rememberFor{300'000}; ///< after the last client left, for those who come back
    std::chrono::milliseconds authenticateWithin{5'000};
    std::chrono::milliseconds recheckEvery{2'000}; ///< a revoked session is closed within this and a turn
    std::chrono::milliseconds pingEvery{30'000};   ///< a client that is silent for twice as long is dropped
    std::chrono::milliseconds closeWithin{2'000};
};

/// What the hub needs from others; all must outlive it.
struct RealtimeDependencies {
    const Clock& clock;
    Metrics& metrics;
    Log& log;
    /// services/accounts.h: must not block.
    std::function<Result<Principal>(std::string_view token)> authenticate;
};

/// A connection that has answered 101 and now speaks WebSocket.
struct IncomingClient {
    int descriptor = -1; ///< non-blocking; the hub owns it
    std::string token;   ///< from `?token=` or `Authorization: Bearer`; empty = it comes as the first message
    std::string origin;  ///< header; empty = none
    std::string host;    ///< header
    std::string leftover;
};

} // namespace atrium::realtime
