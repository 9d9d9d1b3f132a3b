#pragma once

#include "atrium/time.h"

#include <cstdint>
#include <string>

namespace atrium::notify {

/// One message on its way to one receiver.
struct Delivery {
    std::int64_t id = 0;
    std::string recipient; ///< mailbox or address, as the channel reads it
    std::string category;  ///< for metrics, e.g. `auth.confirm`
    std::string content;   ///< JSON; what it means is the channel's
    UtcTime createdAt{};
    UtcTime expiresAt{};
    UtcTime dueAt{};
    int attempts = 0;
    std::string key{}; ///< it is kept once under it; empty = each is another
};

/// How an attempt to deliver ended. `reason` goes to logs and health: it holds no text of the message and no secret.
struct Outcome {
    enum class Kind {
        Taken,       ///< the receiver has it
        Refused,     ///< for good
        TryLater,    ///< this message could not be taken now
        ChannelDown, ///< no message could: the rest waits as well
    };
    Kind kind = Kind::Taken;
    std::string reason;
};

/// A way out of the house. Thread: that of its Outbox; abort() any.
class Channel {
public:
    virtual ~Channel() = default;
    virtual Outcome deliver(const Delivery& delivery) = 0;
    /// Ends a deliver() in hand as soon as possible; it answers that it failed.
    virtual void abort() = 0;
};

/// How long to wait after so many attempts in vain: from 10 seconds to one hour.
std::chrono::microseconds retryDelay(int attempts);

} // namespace atrium::notify
