#include "realtime/frame_decoder.h"

#include "atrium/text.h"

#include <algorithm>

namespace atrium::realtime {

namespace {

constexpr std::uint8_t opContinuation = 0, opText = 1, opBinary = 2, opClose = 8, opPing = 9, opPong = 10;
constexpr std::size_t maxControlPayload = 125;

/// Well-formed UTF-8 in which NUL is a character like any other, as RFC 6455 has it.
bool isUtf8(std::string_view text)
{
    while (!text.empty()) {
        const auto nul = std::min(text.find('\0'), text.size());
        if (!isCleanUtf8(text.substr(0, nul))) return false;
        text.remove_prefix(std::min(nul + 1, text.size()));
    }
    return true;
}

bool isCloseCode(unsigned code)
{
    if (code >= 3000 && code < 5000) return true;
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

std::string frame(std::uint8_t opcode, std::string_view payload)
{
    std::string bytes;
    bytes.reserve(payload.size() + 10);
    bytes += static_cast<char>(0x80 | opcode);
    const auto size = payload.size();
    if (size < 126) {
        bytes += static_cast<char>(size);
    }
    else if (size < 65536) {
        bytes += static_cast<char>(126);
        bytes += static_cast<char>(size >> 8);
        bytes += static_cast<char>(size & 0xFF);
    }
    else {
        bytes += static_cast<char>(127);
        for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((size >> shift) & 0xFF);
    }
    return bytes.append(payload);
}

} // namespace

std::string textFrame(std::string_view payload) { return frame(opText, payload); }
std::string pingFrame() { return frame(opPing, {}); }
std::string pongFrame(std::string_view payload) { return frame(opPong, payload); }

std::string closeFrame(CloseCode code, std::string_view reason)
{
    const auto number = static_cast<std::uint16_t>(code);
    std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
    payload.append(reason.substr(0, maxControlPayload - 2));
    return frame(opClose, payload);
}

bool FrameDecoder::fail(CloseCode code)
{
    error_ = code;
    dead_ = true;
    std::string().swap(message_);
    return false;
}

FrameDecoder::Status FrameDecoder::next(std::string_view& bytes, Event& event)
{
    while (!dead_) {
        if (!inPayload_) {
            if (!readHeader(bytes)) return dead_ ? Status::Error : Status::NeedMore;
        }
        if (!readPayload(bytes)) return Status::NeedMore;
        const auto status = finishFrame(event);
        if (status != Status::NeedMore) return status;
    }
    return Status::Error;
}

bool FrameDecoder::readHeader(std::string_view& bytes)
{
    while (headerLength_ < headerNeeded_) {
        if (bytes.empty()) return false;
        header_[headerLength_++] = static_cast<std::uint8_t>(bytes.front());
        bytes.remove_prefix(1);
        if (headerLength_ == 2 && !checkHeader()) return false;
    }
    const unsigned size = header_[1] & 0x7F;
    payloadLeft_ = size;
    const unsigned extra = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (extra) {
        payloadLeft_ = 0;
        for (unsigned i = 0; i < extra; ++i) payloadLeft_ = (payloadLeft_ << 8) | header_[2 + i];
    }
    // The length must use the fewest bytes, and its top bit must be 0.
    if ((extra == 2 && payloadLeft_ < 126) || (extra == 8 && (payloadLeft_ < 65536 || payloadLeft_ >> 63)))
        return fail(CloseCode::ProtocolError);
    const bool control = opcode_ >= opClose;
    if (!control && payloadLeft_ + message_.size() > maxMessageBytes_) return fail(CloseCode::TooBig);
    payloadRead_ = 0;
    inPayload_ = true;
    return true;
}

bool FrameDecoder::checkHeader()
{
    const bool last = header_[0] & 0x80;
    const unsigned size = header_[1] & 0x7F;
    opcode_ = header_[0] & 0x0F;
    if (header_[0] & 0x70) return fail(CloseCode::ProtocolError);    // no extension was agreed
    if (!(header_[1] & 0x80)) return fail(CloseCode::ProtocolError); // clients must mask
    switch (opcode_) {
    case opContinuation:
        if (!messageOpcode_) return fail(CloseCode::ProtocolError);
        break;
    case opText:
    case opBinary:
        if (messageOpcode_) return fail(CloseCode::ProtocolError);
        break;
    case opClose:
    case opPing:
    case opPong:
        if (!last || size > maxControlPayload) return fail(CloseCode::ProtocolError);
        break;
    default: return fail(CloseCode::ProtocolError);
    }
    headerNeeded_ = static_cast<std::uint8_t>(2 + (size == 126 ? 2 : size == 127 ? 8 : 0) + 4);
    return true;
}

bool FrameDecoder::readPayload(std::string_view& bytes)
{
    auto& target = opcode_ >= opClose ? control_ : message_;
    const auto* mask = header_.data() + headerNeeded_ - 4;
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(payloadLeft_, bytes.size()));
    const auto start = target.size();
    target.append(bytes.substr(0, take));
    for (std::size_t i = 0; i < take; ++i) target[start + i] ^= static_cast<char>(mask[(payloadRead_ + i) & 3]);
    bytes.remove_prefix(take);
    payloadRead_ += take;
    payloadLeft_ -= take;
    return payloadLeft_ == 0;
}

FrameDecoder::Status FrameDecoder::finishFrame(Event& event)
{
    const bool last = header_[0] & 0x80;
    inPayload_ = false;
    headerLength_ = 0;
    headerNeeded_ = 2;
    if (opcode_ >= opClose) {
        event.kind = opcode_ == opClose ? Kind::Close : opcode_ == opPing ? Kind::Ping : Kind::Pong;
        event.payload = std::exchange(control_, {});
        if (opcode_ != opClose || event.payload.empty()) return Status::Event;
        if (event.payload.size() == 1) return fail(CloseCode::ProtocolError), Status::Error;
        const unsigned code =
            static_cast<std::uint8_t>(event.payload[0]) << 8 | static_cast<std::uint8_t>(event.payload[1]);
        if (!isCloseCode(code)) return fail(CloseCode::ProtocolError), Status::Error;
        if (!isUtf8(std::string_view(event.payload).substr(2))) return fail(CloseCode::InvalidPayload), Status::Error;
        return Status::Event;
    }
    if (opcode_ != opContinuation) messageOpcode_ = opcode_;
    if (!last) return Status::NeedMore;
    const bool text = messageOpcode_ == opText;
    messageOpcode_ = 0;
    if (text && !isUtf8(message_)) return fail(CloseCode::InvalidPayload), Status::Error;
    event.kind = text ? Kind::Text : Kind::Binary;
    event.payload = std::exchange(message_, {});
    return Status::Event;
}

} // namespace atrium::realtime
