#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace atrium::http {

/// Undoes `Transfer-Encoding: chunked` (RFC 9112 §7.1), strictly: CRLF only, at most 8 hexadecimal digits, bounded
/// extensions and trailers (both are dropped). May be fed in pieces of any size. Thread: one at a time.
class ChunkedBody {
public:
    enum class Status { NeedMore, Complete, Malformed, TooLarge };

    explicit ChunkedBody(std::size_t maxBytes) : maxBytes_(maxBytes) {}

    /// Decodes from the front of `bytes`, appends data to `body`, and moves `bytes` past what it used.
    Status feed(std::string_view& bytes, std::string& body);

private:
    enum class State { Size, Extension, SizeLf, Data, DataCr, DataLf, TrailerStart, Trailer, TrailerLf, EndLf, Done };
    Status step(char c);

    std::size_t maxBytes_;
    State state_ = State::Size;
    std::uint64_t size_ = 0;
    unsigned digits_ = 0;
    std::size_t overhead_ = 0; ///< extension and trailer bytes
    std::size_t total_ = 0;
};

} // namespace atrium::http
