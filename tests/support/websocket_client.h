#pragma once

#include "support/raw_client.h"

#include "atrium/value.h"

#include <optional>
#include <string>
#include <string_view>

namespace atrium::testing {

/// One masked client frame; `first` is the first byte (FIN, reserved bits, opcode).
std::string clientFrame(unsigned first, std::string_view payload);

/// A WebSocket client for tests. Thread: one.
class WebSocketClient {
public:
    struct Frame {
        unsigned opcode = 0;
        std::string payload;
    };

    /// Throws std::runtime_error when the server does not answer 101.
    WebSocketClient(std::uint16_t port, std::string_view target, std::string_view headers = {}, int receiveBuffer = 0);

    void sendText(std::string_view text) { raw_.send(clientFrame(0x81, text)); }
    std::optional<Frame> receive(std::chrono::milliseconds patience = std::chrono::seconds(5));
    /// The next text message as JSON object; Null when there is none.
    Value receiveJson(std::chrono::milliseconds patience = std::chrono::seconds(5));
    /// The code of the close frame that comes next (text before it is dropped); 0 = none.
    int receiveClose(std::chrono::milliseconds patience = std::chrono::seconds(5));

    RawClient& raw() { return raw_; }
    const std::string& closeReason() const { return closeReason_; }

private:
    RawClient raw_;
    std::string closeReason_;
};

} // namespace atrium::testing
