#include "support/child_process.h"

#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace atrium::testing {

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::string& output)
{
    std::vector<char*> arguments;
    for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const auto parent = ::getpid();
    id_ = ::fork();
    if (id_ < 0) throw std::runtime_error("fork failed");
    if (id_ == 0) {
        // Only async-signal-safe calls up to exec.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (file >= 0) {
            ::dup2(file, STDOUT_FILENO);
            ::dup2(file, STDERR_FILENO);
        }
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
}

ChildProcess::~ChildProcess()
{
    if (reaped_) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, &status_, 0);
}

void ChildProcess::signal(int number) const
{
    if (!reaped_) ::kill(id_, number);
}

void ChildProcess::freeze()
{
    signal(SIGSTOP);
    int status = 0;
    if (::waitpid(id_, &status, WUNTRACED) != id_ || !WIFSTOPPED(status))
        throw std::runtime_error("a child process cannot be frozen");
}

bool ChildProcess::running()
{
    if (!reaped_ && ::waitpid(id_, &status_, WNOHANG) == id_) reaped_ = true;
    return !reaped_;
}

int ChildProcess::wait(std::chrono::milliseconds limit)
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (running()) {
        if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("a child process does not end");
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return status_;
}

namespace {
struct Socket {
    int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
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
} // namespace

bool isListening(int port)
{
    const Socket socket;
    const auto address = loopback(port);
    return ::connect(socket.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

int freePort()
{
    const Socket socket;
    auto address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(socket.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::getsockname(socket.descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

} // namespace atrium::testing
