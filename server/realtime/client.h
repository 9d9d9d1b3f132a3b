#pragma once

#include "atrium/auth.h"
#include "atrium/time.h"
#include "realtime/frame_decoder.h"
#include "realtime/outbox.h"
#include "realtime/topic_filter.h"

#include <string>

namespace atrium::realtime {

/// A WebSocket client that was accepted by the HTTP server. The hub owns it. Thread: the hub's.
struct Client {
    enum class State {
        Unauthenticated, ///< waits for its token
        Open,
        Closing, ///< the close frame is sent or queued; waits for the other side
    };

    Client(int itsDescriptor, std::size_t maxMessageBytes, std::size_t outboxBytes)
        : descriptor(itsDescriptor), decoder(maxMessageBytes), outbox(outboxBytes)
    {}

    int descriptor;
    State state = State::Unauthenticated;
    bool waitsForRoom = false;      ///< epoll tells when the socket is writable
    bool flushWanted = false;       ///< is in the hub's list of clients to flush
    std::uint64_t firstLiveSeq = 0; ///< messages up to this one were before its time
    std::string token;
    Principal principal;
    FrameDecoder decoder;
    Outbox outbox;
    TopicFilter topics;
    SteadyTime deadline;  ///< for authentication, or for the other side's close
    SteadyTime recheckAt; ///< ask again whether the token is good
    SteadyTime heardAt;   ///< last bytes from it
    SteadyTime pingAt;
};

} // namespace atrium::realtime
