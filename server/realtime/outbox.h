#pragma once

#include "realtime/outgoing_message.h"

#include <cstddef>
#include <list>
#include <memory>
#include <string_view>
#include <sys/uio.h>
#include <unordered_map>

namespace atrium::realtime {

/// What one client has not been sent yet; bounded in bytes. A message takes the place of an older unsent one with the
/// same key, at the end of the queue, so that sequence numbers only ever grow. Empty, it holds no memory.
/// Thread: one at a time.
class Outbox {
public:
    explicit Outbox(std::size_t maxBytes) : maxBytes_(maxBytes) {}

    /// False when it does not fit: the client is too slow and is to be dropped.
    bool push(MessagePtr message);

    bool empty() const { return !queue_; }
    std::size_t bytes() const { return queue_ ? queue_->bytes : 0; }

    /// Fills `vectors` with what is to be sent next; the count of filled ones.
    int gather(iovec* vectors, int capacity) const;
    /// `bytes` of what gather() gave are out; the count of messages that are out entirely.
    std::size_t sent(std::size_t bytes);

private:
    struct Queue {
        std::list<MessagePtr> messages;
        std::unordered_map<std::string_view, std::list<MessagePtr>::iterator> byKey;
        std::size_t bytes = 0; ///< unsent
        std::size_t frontSent = 0;
    };
    std::size_t maxBytes_;
    std::unique_ptr<Queue> queue_;
};

} // namespace atrium::realtime
