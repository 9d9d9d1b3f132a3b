#pragma once

#include "atrium/clock.h"
#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/services/accounts.h"
#include "atrium/services/audit.h"
#include "http/connection.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace atrium::http {

struct ListenAddress {
    std::string address = "127.0.0.1";
    std::uint16_t port = 5000; ///< 0 = any free port
};

/// Who may call from a browser page of another origin (Fetch standard, CORS protocol).
struct CorsConfig {
    std::vector<std::string> origins; ///< exact, e.g. `http://localhost:3000`; `*` = every origin, without credentials
    std::chrono::seconds preflightAge{600};
};

struct LimitsConfig {
    bool enabled = true;
    unsigned perMinute = 1200; ///< per address, all routes together
};

/// Everything that an operator may set about HTTP (etc/atrium.properties, keys `http.*`).
struct HttpConfig {
    std::vector<ListenAddress> listeners{{}};
    unsigned workers = 2; ///< per listener
    Language language = Language::French;
    std::size_t maxConnections = 4096; ///< lowered to what RLIMIT_NOFILE leaves
    std::size_t maxUnsentBytes = 64 << 20;
    FramerLimits framer;
    ConnectionTimeouts timeouts;
    CorsConfig cors;
    LimitsConfig limits;
    std::vector<std::string> trustedProxies; ///< addresses or networks whose X-Forwarded-* is believed
    std::string staticFolder;                ///< the dashboard; empty = none
    std::size_t compressFrom = 1024;         ///< bytes
    /// What GET /api/openapi.json says of the server.
    std::string title = "Atrium";
    std::string version = "0.1.0";
};

/// What the HTTP server needs from others; all must outlive it.
struct HttpDependencies {
    const Clock& clock;
    Executor& blocking; ///< the bounded pool for RouteExecution::Blocking
    Metrics& metrics;
    Log& log;
    /// Turns a bearer token into a principal; must not block (services/accounts.h).
    std::function<Result<Principal>(std::string_view token)> authenticate;
    /// Whether home routes are open to the local network now (contracts.md decision 1).
    std::function<bool()> homeIsOpen = [] { return false; };
    /// Told of what signed-in people change, and of what they are refused; must not block (services/audit.h).
    std::function<void(AuditEntry)> audit = [](AuditEntry) {};
};

} // namespace atrium::http
