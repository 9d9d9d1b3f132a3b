#include "support/raw_client.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace atrium::testing {

using Steady = std::chrono::steady_clock;

RawClient::RawClient(std::uint16_t port, int receiveBuffer)
{
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receiveBuffer) ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    const int one = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(descriptor_);
        throw std::runtime_error("nobody listens on port " + std::to_string(port));
    }
}

RawClient::~RawClient() { ::close(descriptor_); }

bool RawClient::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool RawClient::sendSlowly(std::string_view bytes, std::size_t piece, std::chrono::milliseconds pause)
{
    while (!bytes.empty()) {
        if (!send(bytes.substr(0, piece))) return false;
        bytes.remove_prefix(std::min(piece, bytes.size()));
        std::this_thread::sleep_for(pause);
    }
    return true;
}

void RawClient::finishSending() { ::shutdown(descriptor_, SHUT_WR); }

bool RawClient::readMore(Steady::time_point deadline)
{
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now()).count();
    pollfd poll{descriptor_, POLLIN, 0};
    if (ended_ || ::poll(&poll, 1, static_cast<int>(std::max<long>(0, left))) <= 0) return false;
    char bytes[65536];
    const auto n = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (n <= 0) {
        ended_ = true;
        return false;
    }
    buffer_.append(bytes, static_cast<std::size_t>(n));
    return true;
}

std::optional<RawClient::Answer> RawClient::receive(Body body, std::chrono::milliseconds patience)
{
    const auto deadline = Steady::now() + patience;
    std::size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
        if (!readMore(deadline)) return {};
    Answer answer;
    if (!buffer_.starts_with("HTTP/1.1 ")) return {};
    answer.status = std::stoi(buffer_.substr(9, 3));
    std::size_t line = buffer_.find("\r\n") + 2;
    while (line < end + 2) {
        const auto next = buffer_.find("\r\n", line);
        const auto colon = buffer_.find(':', line);
        auto name = buffer_.substr(line, colon - line);
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
        answer.headers[name] = buffer_.substr(colon + 2, next - colon - 2);
        line = next + 2;
    }
    buffer_.erase(0, end + 4);
    const auto length = answer.headers.find("content-length");
    const std::size_t size =
        body == Body::None || length == answer.headers.end() ? 0 : static_cast<std::size_t>(std::stoul(length->second));
    while (buffer_.size() < size)
        if (!readMore(deadline)) return {};
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
}

bool RawClient::closed(std::chrono::milliseconds patience)
{
    const auto deadline = Steady::now() + patience;
    while (readMore(deadline)) buffer_.clear();
    return ended_;
}

std::string RawClient::receiveBytes(std::size_t count, std::chrono::milliseconds patience)
{
    const auto deadline = Steady::now() + patience;
    while (buffer_.size() < count && readMore(deadline)) {
    }
    auto bytes = buffer_.substr(0, count);
    buffer_.erase(0, bytes.size());
    return bytes;
}

std::string requestText(std::string_view method, std::string_view target, std::string_view headers,
                        std::string_view body)
{
    std::string text;
    text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers);
    if (!body.empty())
        text.append("Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n");
    return text.append("\r\n").append(body);
}

} // namespace atrium::testing
