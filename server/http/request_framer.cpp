#include "http/request_framer.h"

#include "http/header_text.h"

#include <array>
#include <charconv>

namespace atrium::http {

namespace {

constexpr std::array<const char*, 7> verbNames{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
/// A few empty lines before a request are tolerated (RFC 9112 §2.2).
constexpr std::size_t toleratedLeadingLines = 4;
/// Above this capacity an idle connection gives its buffer back.
constexpr std::size_t keptCapacity = 4096;
/// Longest text of a request line beside its target: the longest method, two spaces, HTTP/1.1 and CRLF.
constexpr std::size_t requestLineOverhead = 40;

bool isTargetByte(char c) { return c > 0x20 && c < 0x7F; }

bool isHostByte(char c)
{
    return isTokenByte(c) || c == ':' || c == '[' || c == ']' || c == '(' || c == ')' || c == ',' || c == ';' ||
           c == '=';
}

} // namespace

const char* toString(Verb verb) { return verbNames[static_cast<std::size_t>(verb)]; }

std::string_view RequestHead::header(std::string_view lowerCaseName) const
{
    for (const auto& [name, value] : headers)
        if (name == lowerCaseName) return value;
    return {};
}

RequestFramer::RequestFramer(FramerLimits limits, std::function<std::size_t(const RequestHead&)> bodyLimit)
    : limits_(limits), bodyLimit_(std::move(bodyLimit))
{}

void RequestFramer::append(std::string_view bytes)
{
    if (state_ == State::Dead) return;
    compact();
    buffer_.append(bytes);
}

void RequestFramer::compact()
{
    if (consumed_ == buffer_.size()) {
        buffer_.clear();
        if (buffer_.capacity() > keptCapacity) buffer_.shrink_to_fit();
    }
    else if (consumed_ > buffer_.size() / 2) {
        buffer_.erase(0, consumed_);
    }
    else {
        return;
    }
    scanned_ -= std::min(scanned_, consumed_);
    lineStart_ -= std::min(lineStart_, consumed_);
    consumed_ = 0;
}

RequestFramer::Phase RequestFramer::phase() const
{
    if (state_ == State::FixedBody || state_ == State::ChunkedBody) return Phase::Body;
    return hasRest() ? Phase::Head : Phase::Idle;
}

bool RequestFramer::takeContinue() { return std::exchange(continueDue_, false); }

std::string RequestFramer::takeRest()
{
    std::string rest = buffer_.substr(consumed_);
    buffer_.clear();
    consumed_ = scanned_ = lineStart_ = 0;
    return rest;
}

RequestFramer::Status RequestFramer::refuse(int status, const char* reason)
{
    fail(status, reason);
    state_ = State::Dead;
    std::string().swap(buffer_);
    consumed_ = scanned_ = lineStart_ = 0;
    return Status::Refused;
}

bool RequestFramer::fail(int status, const char* reason)
{
    error_ = {status, reason};
    return false;
}

RequestFramer::Status RequestFramer::next()
{
    switch (state_) {
    case State::Head: return findHead();
    case State::FixedBody:
    case State::ChunkedBody: return readBody();
    case State::Dead: break;
    }
    return Status::Refused;
}

RequestFramer::Status RequestFramer::findHead()
{
    for (std::size_t lines = 0; buffer_.compare(consumed_, 2, "\r\n") == 0 && consumed_ + 2 <= buffer_.size();) {
        if (++lines > toleratedLeadingLines) return refuse(400, "empty lines instead of a request");
        consumed_ += 2;
    }
    if (scanned_ < consumed_) scanned_ = lineStart_ = consumed_;

    // The search goes on where it stopped: a head in one-byte pieces costs no more than a head in one piece.
    for (;;) {
        const auto lf = buffer_.find('\n', scanned_);
        const auto seen = (lf == std::string::npos ? buffer_.size() : lf) - consumed_;
        if (lineStart_ == consumed_ && seen > limits_.targetBytes + requestLineOverhead)
            return refuse(414, "request line too long");
        if (seen > limits_.headBytes) return refuse(431, "request head too large");
        if (lf == std::string::npos) {
            scanned_ = buffer_.size();
            return Status::NeedMore;
        }
        if (lf == lineStart_ || buffer_[lf - 1] != '\r') return refuse(400, "line feed without carriage return");
        const bool empty = lf - 1 == lineStart_;
        scanned_ = lineStart_ = lf + 1;
        if (empty) break;
    }

    const std::string_view head(buffer_.data() + consumed_, scanned_ - consumed_ - 2);
    if (!parseHead(head)) return refuse(error_.status, error_.reason);
    consumed_ = scanned_;
    return startBody();
}

bool RequestFramer::parseHead(std::string_view head)
{
    request_ = {};
    absoluteHost_.clear();
    contentLength_ = 0;
    hasContentLength_ = chunked_ = expectsContinue_ = continueDue_ = false;

    const auto lineEnd = head.find("\r\n");
    if (!parseRequestLine(head.substr(0, lineEnd))) return false;
    head.remove_prefix(lineEnd + 2);
    request_.head.headers.reserve(12);
    while (!head.empty()) {
        const auto end = head.find("\r\n");
        if (!parseHeader(head.substr(0, end))) return false;
        head.remove_prefix(end + 2);
    }
    return checkHeaders();
}

bool RequestFramer::parseRequestLine(std::string_view line)
{
    const auto first = line.find(' ');
    if (first == std::string_view::npos || first == 0) return fail(400, "malformed request line");
    const auto method = line.substr(0, first);
    for (const char c : method)
        if (!isTokenByte(c)) return fail(400, "malformed method");
    const auto second = line.find(' ', first + 1);
    if (second == std::string_view::npos) return fail(400, "malformed request line");
    const auto target = line.substr(first + 1, second - first - 1);
    const auto version = line.substr(second + 1);

    if (target.size() > limits_.targetBytes) return fail(414, "request target too long");
    if (version == "HTTP/1.1") request_.head.minorVersion = 1;
    else if (version == "HTTP/1.0") request_.head.minorVersion = 0;
    else if (version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' && version[5] >= '0' &&
             version[5] <= '9' && version[7] >= '0' && version[7] <= '9')
        return fail(505, "HTTP version not supported");
    else return fail(400, "malformed request line");

    std::size_t index = 0;
    while (index < verbNames.size() && method != verbNames[index]) ++index;
    if (index == verbNames.size()) return fail(501, "method not implemented");
    request_.head.verb = static_cast<Verb>(index);
    return parseTarget(target);
}

bool RequestFramer::parseTarget(std::string_view target)
{
    for (const char c : target)
        if (!isTargetByte(c) || c == '#') return fail(400, "forbidden byte in the request target");
    if (target == "*" && request_.head.verb == Verb::Options) {
        request_.head.target = "*";
        return true;
    }
    // absolute-form (RFC 9112 §3.2.2): its authority replaces the Host header.
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equalsIgnoringCase(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(scheme.size());
        const auto end = std::min(target.find_first_of("/?"), target.size());
        absoluteHost_ = target.substr(0, end);
        target.remove_prefix(end);
        if (absoluteHost_.empty()) return fail(400, "malformed request target");
        request_.head.target =
            target.empty() || target.front() == '?' ? "/" + std::string(target) : std::string(target);
        return true;
    }
    if (target.empty() || target.front() != '/') return fail(400, "malformed request target");
    request_.head.target = target;
    return true;
}

bool RequestFramer::parseHeader(std::string_view line)
{
    if (request_.head.headers.size() == limits_.headerCount) return fail(431, "too many headers");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return fail(400, "malformed header");
    std::string name(line.substr(0, colon));
    for (char& c : name) {
        // Also refuses a space before the colon and a folded line.
        if (!isTokenByte(c)) return fail(400, "malformed header name");
        c = toLower(c);
    }
    const auto value = trimBlanks(line.substr(colon + 1));
    if (!isHeaderValue(value)) return fail(400, "forbidden byte in a header");

    if (name == "content-length") {
        if (hasContentLength_) return fail(400, "more than one Content-Length");
        if (value.empty() || value.size() > 15 || value.find_first_not_of("0123456789") != std::string_view::npos)
            return fail(400, "malformed Content-Length");
        std::from_chars(value.data(), value.data() + value.size(), contentLength_);
        hasContentLength_ = true;
    }
    else if (name == "transfer-encoding") {
        if (chunked_ || !equalsIgnoringCase(value, "chunked")) return fail(400, "unsupported Transfer-Encoding");
        chunked_ = true;
    }
    else if (name == "expect") {
        if (!equalsIgnoringCase(value, "100-continue")) return fail(417, "unknown expectation");
        expectsContinue_ = request_.head.minorVersion == 1;
    }
    request_.head.headers.emplace_back(std::move(name), std::string(value));
    return true;
}

bool RequestFramer::checkHeaders()
{
    auto& head = request_.head;
    if (chunked_ && (hasContentLength_ || head.minorVersion == 0)) return fail(400, "ambiguous body length");
    std::string* host = nullptr;
    head.keepAlive = head.minorVersion == 1;
    for (auto& [name, value] : head.headers) {
        if (name == "host") {
            if (host) return fail(400, "more than one Host");
            host = &value;
        }
        else if (name == "connection") {
            if (listContains(value, "close")) head.keepAlive = false;
            else if (head.minorVersion == 0 && listContains(value, "keep-alive")) head.keepAlive = true;
        }
    }
    if (!host && head.minorVersion == 1) return fail(400, "Host is missing");
    if (!absoluteHost_.empty()) {
        if (host) *host = absoluteHost_;
        else host = &head.headers.emplace_back("host", absoluteHost_).second;
    }
    if (host)
        for (const char c : *host)
            if (!isHostByte(c)) return fail(400, "malformed Host");
    return true;
}

RequestFramer::Status RequestFramer::startBody()
{
    if (!chunked_ && contentLength_ == 0) return Status::Complete;
    const auto limit = bodyLimit_(request_.head);
    if (chunked_) {
        chunks_ = ChunkedBody(limit);
        state_ = State::ChunkedBody;
    }
    else {
        if (contentLength_ > limit) return refuse(413, "body too large");
        state_ = State::FixedBody;
    }
    const auto status = readBody();
    continueDue_ = expectsContinue_ && status == Status::NeedMore && request_.body.empty();
    return status;
}

RequestFramer::Status RequestFramer::readBody()
{
    std::string_view rest(buffer_.data() + consumed_, buffer_.size() - consumed_);
    const auto before = rest.size();
    auto status = Status::NeedMore;
    if (state_ == State::FixedBody) {
        // Grows with what has arrived: an announced length alone reserves nothing.
        const auto take = std::min(rest.size(), contentLength_ - request_.body.size());
        request_.body.append(rest.substr(0, take));
        rest.remove_prefix(take);
        if (request_.body.size() == contentLength_) status = Status::Complete;
    }
    else {
        switch (chunks_.feed(rest, request_.body)) {
        case ChunkedBody::Status::NeedMore: break;
        case ChunkedBody::Status::Complete: status = Status::Complete; break;
        case ChunkedBody::Status::Malformed: return refuse(400, "malformed chunk");
        case ChunkedBody::Status::TooLarge: return refuse(413, "body too large");
        }
    }
    consumed_ += before - rest.size();
    if (status == Status::Complete) {
        state_ = State::Head;
        scanned_ = lineStart_ = consumed_;
    }
    return status;
}

} // namespace atrium::http
