// ws-load HTTP_PORT MQTT_PORT TOKEN CLIENTS EVENTS SERVER_PID: opens CLIENTS WebSocket connections to a running Atrium,
// makes EVENTS changes of device 1 over MQTT, and prints
//   p50 and p99 of the time from publishing to each client's receipt, in milliseconds,
//   the server's resident memory per idle client, in KiB.

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <mosquitto.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Client {
    int socket = -1;
    std::string buffer;
};

[[noreturn]] void fail(const char* what)
{
    std::perror(what);
    std::exit(1);
}

long residentKiB(int pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
    return 0;
}

int openClient(int port, const std::string& token)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    const std::string request = "GET /ws?token=" + token +
                                " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    if (::send(descriptor, request.data(), request.size(), 0) != static_cast<ssize_t>(request.size())) fail("send");
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(descriptor, &c, 1, 0) == 1) head += c;
    if (!head.starts_with("HTTP/1.1 101")) {
        std::fprintf(stderr, "no upgrade: %s\n", head.substr(0, head.find('\r')).c_str());
        std::exit(1);
    }
    ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    return descriptor;
}

/// Takes whole server frames (unmasked) off the buffer and counts those that hold `text`.
int takeFrames(std::string& buffer, std::string_view text)
{
    int found = 0;
    for (;;) {
        if (buffer.size() < 2) return found;
        std::size_t length = static_cast<unsigned char>(buffer[1]) & 0x7F, header = 2;
        if (length == 126) {
            if (buffer.size() < 4) return found;
            length = static_cast<unsigned char>(buffer[2]) * 256u + static_cast<unsigned char>(buffer[3]);
            header = 4;
        }
        else if (length == 127) {
            if (buffer.size() < 10) return found;
            length = 0;
            for (int i = 2; i < 10; ++i)
                length = length * 256 + static_cast<unsigned char>(buffer[static_cast<std::size_t>(i)]);
            header = 10;
        }
        if (buffer.size() < header + length) return found;
        if (std::string_view(buffer).substr(header, length).find(text) != std::string_view::npos) ++found;
        buffer.erase(0, header + length);
    }
}

/// One client that reads whatever comes and throws it away.
int listen(int httpPort, const std::string& token)
{
    const int socket = openClient(httpPort, token);
    ::fcntl(socket, F_SETFL, 0);
    char chunk[65536];
    while (::recv(socket, chunk, sizeof chunk, 0) > 0) {
    }
    return 1;
}

int broadcast(int httpPort, int mqttPort, const std::string& token, int count, int events, int server)
{
    rlimit limit{65536, 65536};
    ::setrlimit(RLIMIT_NOFILE, &limit);
    mosquitto_lib_init();
    mosquitto* publisher = mosquitto_new("bench-ws", true, nullptr);
    mosquitto_int_option(publisher, MOSQ_OPT_TCP_NODELAY, 1);
    if (mosquitto_connect(publisher, "127.0.0.1", mqttPort, 60) != MOSQ_ERR_SUCCESS) fail("broker");
    mosquitto_loop_start(publisher);

    const long before = residentKiB(server);
    const int poller = ::epoll_create1(0);
    std::vector<Client> clients(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < clients.size(); ++i) {
        clients[i].socket = openClient(httpPort, token);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        ::epoll_ctl(poller, EPOLL_CTL_ADD, clients[i].socket, &event);
    }
    const auto drain = [&](std::chrono::milliseconds wait, std::string_view text, auto onFrame) {
        epoll_event ready[256];
        const int number = ::epoll_wait(poller, ready, 256, static_cast<int>(wait.count()));
        for (int i = 0; i < number; ++i) {
            auto& client = clients[ready[i].data.u64];
            char chunk[65536];
            const auto size = ::recv(client.socket, chunk, sizeof chunk, 0);
            if (size <= 0) {
                std::fprintf(stderr, "a client was dropped\n");
                std::exit(1);
            }
            client.buffer.append(chunk, static_cast<std::size_t>(size));
            for (int frames = takeFrames(client.buffer, text); frames > 0; --frames) onFrame();
        }
        return number;
    };
    // The initial snapshots.
    int initial = 0;
    for (int i = 0; i < 2000 && initial < count; ++i)
        drain(std::chrono::milliseconds{10}, "\"initial\"", [&] { ++initial; });
    std::this_thread::sleep_for(std::chrono::seconds{2});
    const double perClient = static_cast<double>(residentKiB(server) - before) / count;

    std::vector<double> times;
    for (int event = 0; event < events; ++event) {
        const std::string marker = "\"power\":" + std::to_string(100'000 + event);
        const std::string payload = "{" + marker + "}";
        const auto sent = Clock::now();
        mosquitto_publish(publisher, nullptr, "aurion/devices/1/status", static_cast<int>(payload.size()),
                          payload.data(), 0, false);
        int received = 0;
        while (received < count && Clock::now() - sent < std::chrono::seconds{5})
            drain(std::chrono::milliseconds{100}, marker, [&] {
                ++received;
                times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - sent).count());
            });
        if (received < count) {
            std::fprintf(stderr, "%d of %d clients heard event %d\n", received, count, event);
            return 1;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
    std::sort(times.begin(), times.end());
    std::printf("%.1f %.1f %.1f\n", times[times.size() / 2], times[times.size() * 99 / 100], perClient);
    mosquitto_disconnect(publisher);
    mosquitto_loop_stop(publisher, false);
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    const std::string mode = argc > 1 ? argv[1] : "";
    const auto number = [&](int index) { return std::atoi(argv[index]); };
    if (mode == "listen" && argc == 4) return listen(number(2), argv[3]);
    if (mode == "broadcast" && argc == 8)
        return broadcast(number(2), number(3), argv[4], number(5), number(6), number(7));
    std::fprintf(
        stderr,
        "usage: ws-load listen HTTP_PORT TOKEN | broadcast HTTP_PORT MQTT_PORT TOKEN CLIENTS EVENTS SERVER_PID\n");
    return 2;
}
