// Opens COUNT WebSockets and measures how old each broadcast of http_atrium is when it arrives.
// `realtime_clients PORT COUNT SECONDS`
#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;

int openClient(std::uint16_t port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
    const std::string_view request =
        "GET /ws?token=good HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) return -1;
    return socket;
}

/// Appends the age in milliseconds of every `"at":NANOSECONDS` in `bytes`.
void readAges(std::string_view bytes, std::vector<double>& ages)
{
    const auto now = Steady::now().time_since_epoch().count();
    for (auto at = bytes.find("\"at\":"); at != std::string_view::npos; at = bytes.find("\"at\":", at + 5))
        ages.push_back(static_cast<double>(now - std::strtoll(bytes.data() + at + 5, nullptr, 10)) / 1e6);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) return 2;
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const int count = std::atoi(argv[2]);
    const int epoll = ::epoll_create1(0);
    for (int i = 0; i < count; ++i) {
        const int socket = openClient(port);
        if (socket < 0) {
            std::cerr << "client " << i << " could not connect\n";
            return 1;
        }
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = socket;
        ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
    }
    std::vector<double> ages;
    epoll_event events[512];
    char bytes[8192];
    const auto opened = Steady::now();
    const auto end = opened + std::chrono::seconds(std::atoi(argv[3]));
    while (Steady::now() < end) {
        const int ready = ::epoll_wait(epoll, events, 512, 100);
        for (int i = 0; i < ready; ++i) {
            const auto got = ::recv(events[i].data.fd, bytes, sizeof bytes - 1, MSG_DONTWAIT);
            if (got <= 0) {
                std::cerr << "a client was closed\n";
                return 1;
            }
            bytes[got] = 0;
            // The first second is the opening: handshakes and initial messages.
            if (Steady::now() - opened > std::chrono::seconds(1))
                readAges({bytes, static_cast<std::size_t>(got)}, ages);
        }
    }
    if (ages.empty()) return 1;
    std::sort(ages.begin(), ages.end());
    std::cout << ages.size() << " deliveries to " << count << " clients: p50 " << ages[ages.size() / 2] << " ms, p99 "
              << ages[ages.size() * 99 / 100] << " ms, max " << ages.back() << " ms\n";
}
