#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace atrium::realtime {

/// Close codes (RFC 6455 §7.4.1).
enum class CloseCode : std::uint16_t {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    InvalidPayload = 1007,
    PolicyViolation = 1008,
    TooBig = 1009,
    TryAgainLater = 1013,
};

/// Cuts the bytes of one client into WebSocket messages, incrementally and strictly (RFC 6455): frames must be masked,
/// reserved bits and opcodes are refused, fragments are joined, control frames may come between them, text is checked
/// to be UTF-8. Holds no memory between messages. Thread: one at a time.
class FrameDecoder {
public:
    enum class Kind { Text, Binary, Ping, Pong, Close };
    struct Event {
        Kind kind = Kind::Text;
        std::string payload;
    };
    enum class Status { NeedMore, Event, Error };

    explicit FrameDecoder(std::size_t maxMessageBytes) : maxMessageBytes_(maxMessageBytes) {}

    /// Takes bytes from the front of `bytes` until they give an event or are used up. After Error the decoder is dead.
    Status next(std::string_view& bytes, Event& event);

    /// Why the connection is to be closed after Status::Error.
    CloseCode error() const { return error_; }

private:
    bool readHeader(std::string_view& bytes);
    bool checkHeader();
    bool readPayload(std::string_view& bytes);
    Status finishFrame(Event& event);
    bool fail(CloseCode code);

    const std::size_t maxMessageBytes_;
    std::array<std::uint8_t, 14> header_{};
    std::uint8_t headerLength_ = 0; ///< bytes of header_ that are there
    std::uint8_t headerNeeded_ = 2;
    bool inPayload_ = false;
    bool dead_ = false;
    std::uint8_t opcode_ = 0;
    std::uint8_t messageOpcode_ = 0; ///< of the fragmented message that is open; 0 = none
    std::uint64_t payloadLeft_ = 0;
    std::uint64_t payloadRead_ = 0;
    CloseCode error_ = CloseCode::ProtocolError;
    std::string message_;
    std::string control_;
};

/// One unfragmented, unmasked server frame.
std::string textFrame(std::string_view payload);
std::string pingFrame();
std::string pongFrame(std::string_view payload);
/// `reason` is cut to what a control frame holds.
std::string closeFrame(CloseCode code, std::string_view reason);

} // namespace atrium::realtime
