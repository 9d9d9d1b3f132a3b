#include "support/child_process.h"

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <mutex>
#include <random>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace atrium::testing {

namespace {

struct OutputFile {
    explicit OutputFile(const std::string& path)
        : descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600))
    {
        if (descriptor < 0) throw std::runtime_error("cannot write " + path);
    }
    ~OutputFile() { ::close(descriptor); }
    const int descriptor;
};

runtime::ChildProcess start(const std::vector<std::string>& command, const std::string& output)
{
    const OutputFile file(output);
    return runtime::ChildProcess(
        {command, {{file.descriptor, STDOUT_FILENO}, {file.descriptor, STDERR_FILENO}}, SIGKILL});
}

} // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::string& output)
    : child_(start(command, output))
{}

void ChildProcess::freeze()
{
    signal(SIGSTOP);
    int status = 0;
    if (::waitpid(id(), &status, WUNTRACED) != id() || !WIFSTOPPED(status))
        throw std::runtime_error("a child process cannot be frozen");
}

bool ChildProcess::running()
{
    if (const auto status = child_.wait(std::chrono::milliseconds{0})) status_ = *status;
    return child_.running();
}

int ChildProcess::wait(std::chrono::milliseconds limit)
{
    if (const auto status = child_.wait(limit)) status_ = *status;
    if (child_.running()) throw std::runtime_error("a child process does not end");
    return status_;
}

namespace {
struct Socket {
    int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    Socket() = default;
    Socket(Socket&& other) noexcept : descriptor(std::exchange(other.descriptor, -1)) {}
    ~Socket() { ::close(descriptor); }
};
sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}
bool binds(const Socket& socket, int port)
{
    const auto address = loopback(port);
    return ::bind(socket.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}
} // namespace

bool isListening(int port)
{
    const Socket socket;
    const auto address = loopback(port);
    return ::connect(socket.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// free_port.js does the same.
int freePort()
{
    static std::mutex mutex;
    static std::mt19937 random{std::random_device{}()};
    static std::vector<Socket> claims;
    const std::lock_guard lock(mutex);
    for (int i = 0; i < 1000; ++i) {
        const int port = std::uniform_int_distribution(5000, 15'999)(random) * 2;
        Socket claim;
        if (!binds(claim, port + 1) || !binds(Socket{}, port)) continue;
        claims.push_back(std::move(claim));
        return port;
    }
    throw std::runtime_error("no free port");
}

} // namespace atrium::testing
