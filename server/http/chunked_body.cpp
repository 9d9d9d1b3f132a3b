#include "http/chunked_body.h"

#include <algorithm>

namespace atrium::http {

namespace {
constexpr unsigned maxSizeDigits = 8;
constexpr std::size_t maxOverhead = 4096;

int hexDigit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool isControl(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }
} // namespace

ChunkedBody::Status ChunkedBody::feed(std::string_view& bytes, std::string& body)
{
    while (!bytes.empty()) {
        if (state_ == State::Data) {
            const auto take = std::min<std::uint64_t>(size_, bytes.size());
            body.append(bytes.substr(0, take));
            bytes.remove_prefix(take);
            size_ -= take;
            if (size_ == 0) state_ = State::DataCr;
            continue;
        }
        const auto status = step(bytes.front());
        if (status == Status::Malformed || status == Status::TooLarge) return status;
        bytes.remove_prefix(1);
        if (status == Status::Complete) return status;
    }
    return Status::NeedMore;
}

ChunkedBody::Status ChunkedBody::step(char c)
{
    switch (state_) {
    case State::Size: {
        const int digit = hexDigit(c);
        if (digit >= 0) {
            if (++digits_ > maxSizeDigits) return Status::TooLarge;
            size_ = size_ * 16 + static_cast<unsigned>(digit);
            // Refused here, before anything is reserved for it.
            return total_ + size_ > maxBytes_ ? Status::TooLarge : Status::NeedMore;
        }
        if (digits_ == 0) return Status::Malformed;
        if (c == '\r') state_ = State::SizeLf;
        else if (c == ';') state_ = State::Extension;
        else return Status::Malformed;
        return Status::NeedMore;
    }
    case State::Extension:
        if (c == '\r') state_ = State::SizeLf;
        else if (isControl(c) || ++overhead_ > maxOverhead) return Status::Malformed;
        return Status::NeedMore;
    case State::SizeLf:
        if (c != '\n') return Status::Malformed;
        total_ += size_;
        state_ = size_ == 0 ? State::TrailerStart : State::Data;
        digits_ = 0;
        return Status::NeedMore;
    case State::DataCr:
        if (c != '\r') return Status::Malformed;
        state_ = State::DataLf;
        return Status::NeedMore;
    case State::DataLf:
        if (c != '\n') return Status::Malformed;
        state_ = State::Size;
        return Status::NeedMore;
    case State::TrailerStart:
        if (c == '\r') state_ = State::EndLf;
        else if (isControl(c) || c == ' ' || c == '\t' || c == ':') return Status::Malformed;
        else state_ = State::Trailer;
        return Status::NeedMore;
    case State::Trailer:
        if (c == '\r') state_ = State::TrailerLf;
        else if (isControl(c) || ++overhead_ > maxOverhead) return Status::Malformed;
        return Status::NeedMore;
    case State::TrailerLf:
        if (c != '\n') return Status::Malformed;
        state_ = State::TrailerStart;
        return Status::NeedMore;
    case State::EndLf:
        if (c != '\n') return Status::Malformed;
        state_ = State::Done;
        return Status::Complete;
    case State::Data:
    case State::Done: break;
    }
    return Status::Malformed;
}

} // namespace atrium::http
