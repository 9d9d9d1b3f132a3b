#include "support/websocket_client.h"

#include "atrium/json.h"

#include <stdexcept>

namespace atrium::testing {

std::string clientFrame(unsigned first, std::string_view payload)
{
    std::string frame{static_cast<char>(first)};
    if (payload.size() < 126) {
        frame += static_cast<char>(0x80 | payload.size());
    }
    else if (payload.size() < 65536) {
        frame += static_cast<char>(0x80 | 126);
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size() & 0xFF);
    }
    else {
        frame += static_cast<char>(0x80 | 127);
        for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>((payload.size() >> shift) & 0xFF);
    }
    const std::string mask("\x12\x34\x56\x78");
    frame += mask;
    for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
    return frame;
}

WebSocketClient::WebSocketClient(std::uint16_t port, std::string_view target, std::string_view headers,
                                 int receiveBuffer)
    : raw_(port, receiveBuffer)
{
    std::string handshake = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    raw_.send(requestText("GET", target, handshake.append(headers)));
    const auto answer = raw_.receive();
    if (!answer || answer->status != 101) throw std::runtime_error("no 101");
}

std::optional<WebSocketClient::Frame> WebSocketClient::receive(std::chrono::milliseconds patience)
{
    const auto head = raw_.receiveBytes(2, patience);
    if (head.size() < 2) return {};
    Frame frame;
    frame.opcode = static_cast<unsigned char>(head[0]) & 0x0F;
    std::size_t size = static_cast<unsigned char>(head[1]);
    if (size >= 126) {
        std::size_t real = 0;
        for (const char c : raw_.receiveBytes(size == 126 ? 2 : 8)) real = real * 256 + static_cast<unsigned char>(c);
        size = real;
    }
    frame.payload = raw_.receiveBytes(size);
    if (frame.payload.size() != size) return {};
    return frame;
}

Value WebSocketClient::receiveJson(std::chrono::milliseconds patience)
{
    const auto frame = receive(patience);
    if (!frame || frame->opcode != 1) return {};
    auto parsed = parseJson(frame->payload);
    return parsed.ok() ? *std::move(parsed) : Value();
}

int WebSocketClient::receiveClose(std::chrono::milliseconds patience)
{
    while (const auto frame = receive(patience)) {
        if (frame->opcode != 8 || frame->payload.size() < 2) continue;
        closeReason_ = frame->payload.substr(2);
        return static_cast<unsigned char>(frame->payload[0]) * 256 + static_cast<unsigned char>(frame->payload[1]);
    }
    return 0;
}

} // namespace atrium::testing
