#pragma once

#include "http/chunked_body.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium::http {

/// The methods that Atrium answers; any other token is refused with 501.
enum class Verb { Get, Head, Post, Put, Patch, Delete, Options };

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// Request line and headers. Header names are in lower case, values are trimmed.
struct RequestHead {
    Verb verb = Verb::Get;
    std::string target;   ///< origin-form (`/path?query`) or `*`; an absolute-form is reduced to it
    int minorVersion = 1; ///< HTTP/1.minorVersion
    HeaderList headers;
    bool keepAlive = true; ///< what version and Connection header ask for

    std::string_view header(std::string_view lowerCaseName) const;
};

struct FramedRequest {
    RequestHead head;
    std::string body;
};

struct FramerLimits {
    std::size_t headBytes = 16 * 1024; ///< request line and headers together
    std::size_t targetBytes = 4096;
    std::size_t headerCount = 100;
};

/// Why a request was refused. The connection has lost its framing then: answer once and close.
struct FramingError {
    int status = 400;
    const char* reason = "";
};

/// Cuts the bytes of one connection into complete HTTP/1.x requests, strictly (RFC 9112): whatever two readers could
/// frame differently is refused, so nothing can be smuggled past a proxy. No sockets, no clock, no other state.
/// Memory is bounded by the limits plus what one append() brings. Cost is linear in the bytes, however they are split.
/// Thread: one at a time.
class RequestFramer {
public:
    enum class Status { NeedMore, Complete, Refused };
    /// Between requests, inside request line and headers, inside a body.
    enum class Phase { Idle, Head, Body };

    /// `bodyLimit` says how many body bytes the request of this head may have; asked once for each request with a body.
    explicit RequestFramer(FramerLimits limits, std::function<std::size_t(const RequestHead&)> bodyLimit);

    void append(std::string_view bytes);

    /// Looks for the next complete request; Complete = take it with request(). After Refused the framer is dead.
    Status next();

    /// The request that next() completed; valid until the following next(). May be moved from.
    FramedRequest& request() { return request_; }
    const FramingError& error() const { return error_; }
    Phase phase() const;

    /// True once for each request whose client waits for `100 Continue` before it sends the body.
    bool takeContinue();

    /// Bytes that arrived after the last complete request; for a connection that changes its protocol.
    std::string takeRest();
    bool hasRest() const { return consumed_ < buffer_.size(); }
    /// Body bytes that were announced; 0 when unknown (chunked).
    std::size_t announcedBody() const { return contentLength_; }

private:
    enum class State { Head, FixedBody, ChunkedBody, Dead };

    Status findHead();
    bool parseHead(std::string_view head);
    bool parseRequestLine(std::string_view line);
    bool parseTarget(std::string_view target);
    bool parseHeader(std::string_view line);
    bool checkHeaders();
    Status startBody();
    Status readBody();
    Status refuse(int status, const char* reason);
    bool fail(int status, const char* reason);
    void compact();

    FramerLimits limits_;
    std::function<std::size_t(const RequestHead&)> bodyLimit_;
    std::string buffer_;
    std::size_t consumed_ = 0;  ///< bytes of buffer_ that belong to finished work
    std::size_t scanned_ = 0;   ///< where the search for the end of the head goes on
    std::size_t lineStart_ = 0; ///< start of the line that the search is in
    State state_ = State::Head;
    FramedRequest request_;
    FramingError error_;
    std::string absoluteHost_;
    std::size_t contentLength_ = 0;
    bool hasContentLength_ = false;
    bool chunked_ = false;
    bool expectsContinue_ = false;
    bool continueDue_ = false;
    ChunkedBody chunks_{0};
};

/// The method's name on the wire.
const char* toString(Verb verb);

} // namespace atrium::http
