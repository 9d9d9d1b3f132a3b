#pragma once

#include "atrium/auth.h"

#include <cstdint>
#include <memory>
#include <string>

namespace atrium::realtime {

/// A message that was serialised and framed once; all clients send the same bytes. Immutable.
struct OutgoingMessage {
    std::uint64_t seq = 0; ///< 0 = not numbered, for one client only
    std::string topic;
    Permission permission;
    AccessObject object;
    UserId user;
    std::string conflationKey;
    std::string frame;

    /// Whether `principal` may see it; asked for every message and client.
    bool visibleTo(const Principal& principal) const
    {
        if (user && user != principal.user) return false;
        return permission.empty() || principal.may(permission, object);
    }
};

using MessagePtr = std::shared_ptr<const OutgoingMessage>;

} // namespace atrium::realtime
