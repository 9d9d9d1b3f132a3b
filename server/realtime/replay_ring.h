#pragma once

#include "realtime/outgoing_message.h"

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace atrium::realtime {

/// The last messages, for clients that come back. Bounded in messages and bytes; the oldest go first.
/// Thread: one at a time.
class ReplayRing {
public:
    ReplayRing(std::size_t maxMessages, std::size_t maxBytes) : maxMessages_(maxMessages), maxBytes_(maxBytes) {}

    void add(MessagePtr message);

    /// The messages after `after` up to `until`, oldest first; of those with one conflation key only the newest, and
    /// none that was overtaken after `until`. Empty when some of them are gone, or `after` was never reached.
    std::optional<std::vector<MessagePtr>> since(std::uint64_t after, std::uint64_t until) const;

    std::uint64_t lastSeq() const { return lastSeq_; }
    /// Forgets everything up to now: a message was lost, so that nobody can be brought up to date from here.
    void breakHistory(std::uint64_t lostSeq);

private:
    const std::size_t maxMessages_;
    const std::size_t maxBytes_;
    std::deque<MessagePtr> messages_;
    std::size_t bytes_ = 0;
    std::uint64_t lastSeq_ = 0;
    std::uint64_t forgottenSeq_ = 0; ///< the newest number that is not in the ring any more
};

} // namespace atrium::realtime
