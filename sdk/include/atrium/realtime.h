#pragma once

#include "atrium/auth.h"
#include "atrium/subscription.h"
#include "atrium/value.h"

#include <functional>
#include <string>
#include <string_view>

namespace atrium {

/// What goes to WebSocket clients.
struct RealtimeMessage {
    std::string topic; ///< clients subscribe to it, e.g. `devices`
    Object body;       ///< has `type`; the hub adds `topic` and `seq`
    /// Only principals with this permission (on `object`) get it; empty = every signed-in client.
    Permission permission;
    /// Only this user gets it; 0 = everybody who may.
    UserId user;
    /// While a client has not been sent an older message with the same key, the newer one replaces it; empty = never.
    std::string conflationKey;
    /// What the permission is asked for.
    AccessObject object;
};

/// The WebSocket hub. Thread: any.
class Realtime {
public:
    virtual ~Realtime() = default;

    /// Hands a message to the hub; never waits. Each subscribed client gets it unless it is too slow (then the client
    /// is dropped and counted).
    virtual void publish(RealtimeMessage message) = 0;

    /// Adds members to the first message (`type: initial`) of each client: `contribute` returns them for that client's
    /// principal. Runs on the hub's thread and must not block.
    virtual Subscription onInitial(std::function<Object(const Principal&)> contribute) = 0;

    /// Handles client messages of `type`. Runs on the hub's thread and must not block.
    virtual Subscription onClientMessage(std::string type,
                                         std::function<void(const Principal&, const Object&)> handler) = 0;
};

} // namespace atrium
