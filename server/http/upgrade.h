#pragma once

#include "atrium/subscription.h"
#include "http/percent.h"
#include "http/request_framer.h"

#include <functional>
#include <string>

namespace atrium::http {

/// A connection after its 101 Switching Protocols: from here on it speaks WebSocket frames and belongs to the handler.
struct UpgradedConnection {
    int descriptor = -1; ///< non-blocking, above 4096, owned by whoever takes this object
    std::string path;
    QueryPairs query;
    HeaderList headers; ///< names in lower case
    std::string remoteAddress;
    std::string leftover; ///< bytes that arrived behind the request
};

/// Runs on an HTTP worker; must only hand the connection over.
using UpgradeHandler = std::function<void(UpgradedConnection)>;

/// Where paths for WebSocket upgrades (RFC 6455 §4.2) are registered. Thread: any.
class Upgrades {
public:
    virtual ~Upgrades() = default;
    /// Throws std::invalid_argument when `path` (exact, decoded) is taken.
    virtual Subscription onUpgrade(std::string path, UpgradeHandler handler) = 0;
};

/// The value of Sec-WebSocket-Accept for a key.
std::string webSocketAccept(std::string_view key);

/// Whether `head` asks for a WebSocket; what is missing for a valid handshake is in `refusal` (a status), else 0.
struct Handshake {
    bool asked = false;
    int refusal = 0;
};
Handshake readHandshake(const RequestHead& head);

} // namespace atrium::http
