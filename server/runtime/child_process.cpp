#include "runtime/child_process.h"

#include "runtime/thread.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace atrium::runtime {

namespace {

/// Runs in the child between fork and exec: only async-signal-safe calls. Returns when something failed, with errno
/// set.
void becomeChild(const ChildOptions& options, char* const argv[], char* const environment[], const char* program,
                 int errorPipe, pid_t parent)
{
    if (options.deathSignal != 0) {
        ::prctl(PR_SET_PDEATHSIG, options.deathSignal);
        if (::getppid() != parent) ::_exit(127); // the parent died in between
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);

    int highest = 2;
    for (const auto& [ours, theirs] : options.descriptors) {
        if (ours == theirs) {
            if (::fcntl(ours, F_SETFD, 0) < 0) return;
        }
        else if (::dup2(ours, theirs) < 0) return;
        if (theirs > highest) highest = theirs;
    }
    // The error pipe is close-on-exec, as is everything above what the child was given.
    if (errorPipe > highest + 1) ::syscall(SYS_close_range, highest + 1, errorPipe - 1, 0);
    ::syscall(SYS_close_range, errorPipe + 1, ~0U, 0);
    ::execve(program, argv, environment);
}

/// Variables that every program may see.
bool isHarmless(std::string_view variable)
{
    for (const std::string_view name : {"PATH=", "LANG=", "TZ=", "TZDIR="})
        if (variable.starts_with(name)) return true;
    return false;
}

} // namespace

std::string findProgram(const std::string& name)
{
    if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : "";
    const char* path = std::getenv("PATH");
    std::string folders = (path ? std::string(path) : std::string("/usr/bin:/bin")) + ":/usr/sbin:/sbin";
    std::size_t start = 0;
    while (start <= folders.size()) {
        const auto end = std::min(folders.find(':', start), folders.size());
        const auto candidate = folders.substr(start, end - start) + '/' + name;
        if (end > start && ::access(candidate.c_str(), X_OK) == 0) return candidate;
        start = end + 1;
    }
    return {};
}

ChildProcess::ChildProcess(const ChildOptions& options)
{
    const std::string program = findProgram(options.arguments.at(0));
    if (program.empty()) throw std::runtime_error("program not found: " + options.arguments[0]);
    std::vector<char*> argv;
    for (const auto& argument : options.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    std::vector<char*> environment;
    for (char** variable = ::environ; *variable; ++variable)
        if (options.environment == ChildOptions::Environment::Inherited || isHarmless(*variable))
            environment.push_back(*variable);
    environment.push_back(nullptr);

    int errorPipe[2];
    if (::pipe2(errorPipe, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
    const int childEnd = ::fcntl(errorPipe[1], F_DUPFD_CLOEXEC, 64); // out of the way of the child's own numbers
    ::close(errorPipe[1]);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
        becomeChild(options, argv.data(), environment.data(), program.c_str(), childEnd, parent);
        const int reason = errno;
        (void)!::write(childEnd, &reason, sizeof reason);
        ::_exit(127);
    }
    ::close(childEnd);
    int reason = pid_ < 0 ? errno : 0;
    if (pid_ > 0 && ::read(errorPipe[0], &reason, sizeof reason) == sizeof reason) {
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
    ::close(errorPipe[0]);
    if (pid_ < 0) throw std::runtime_error("cannot start " + program + ": " + std::strerror(reason));
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept
{
    if (this != &other) {
        stop(std::chrono::milliseconds{0});
        pid_ = std::exchange(other.pid_, -1);
    }
    return *this;
}

ChildProcess::~ChildProcess() { stop(std::chrono::milliseconds{0}); }

void ChildProcess::signal(int number) const
{
    if (pid_ > 0) ::kill(pid_, number);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds timeout)
{
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    // It becomes readable when the process ends (Linux 5.3); where it is refused, look every few milliseconds.
    const int ending = pid_ > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)) : -1;
    const auto rest = [&] {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (ending < 0) std::this_thread::sleep_for(std::min(left, std::chrono::milliseconds{5}));
        else {
            pollfd descriptor{ending, POLLIN, 0};
            ::poll(&descriptor, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000)));
        }
    };
    std::optional<int> result;
    while (pid_ > 0) {
        int status = 0;
        const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
        if (ended == pid_ || (ended < 0 && errno == ECHILD)) {
            pid_ = -1;
            result = status;
        }
        else if (std::chrono::steady_clock::now() >= deadline) break;
        else rest();
    }
    if (ending >= 0) ::close(ending);
    return result;
}

void ChildProcess::stop(std::chrono::milliseconds patience)
{
    if (pid_ <= 0) return;
    if (patience.count() > 0) {
        signal(SIGTERM);
        if (wait(patience)) return;
    }
    signal(SIGKILL);
    wait(std::chrono::seconds{5});
}

std::string describeExit(int waitStatus)
{
    if (WIFSIGNALED(waitStatus)) return "killed by signal " + std::to_string(WTERMSIG(waitStatus));
    return "exited with " + std::to_string(WEXITSTATUS(waitStatus));
}

} // namespace atrium::runtime
