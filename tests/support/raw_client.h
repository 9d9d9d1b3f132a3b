#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace atrium::testing {

/// One TCP connection to a server on loopback, byte by byte. Every wait has a deadline. Thread: one.
class RawClient {
public:
    struct Answer {
        int status = 0;
        std::map<std::string, std::string> headers; ///< names in lower case
        std::string body;
    };

    /// Throws std::runtime_error when nobody listens. `receiveBuffer` in bytes, 0 = the system's.
    explicit RawClient(std::uint16_t port, int receiveBuffer = 0);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// False when the server has closed.
    bool send(std::string_view bytes);
    /// Sends piece by piece with a pause after each.
    bool sendSlowly(std::string_view bytes, std::size_t piece, std::chrono::milliseconds pause);
    /// Ends this side of the connection only.
    void finishSending();

    /// The next answer; empty at a deadline, a closed connection or bytes that are none. `headOnly` = answer to HEAD.
    enum class Body { Expected, None };
    std::optional<Answer> receive(Body body = Body::Expected,
                                  std::chrono::milliseconds patience = std::chrono::seconds(5));
    /// Whether the server closes within `patience`; what it still sends is dropped.
    bool closed(std::chrono::milliseconds patience = std::chrono::seconds(5));
    /// At least `count` raw bytes, or what came before the deadline.
    std::string receiveBytes(std::size_t count, std::chrono::milliseconds patience = std::chrono::seconds(5));

    int descriptor() const { return descriptor_; }

private:
    bool readMore(std::chrono::steady_clock::time_point deadline);

    int descriptor_ = -1;
    bool ended_ = false;
    std::string buffer_;
};

/// A request as text, with Host and, for a body, Content-Length and JSON type.
std::string requestText(std::string_view method, std::string_view target, std::string_view headers = {},
                        std::string_view body = {});

} // namespace atrium::testing
