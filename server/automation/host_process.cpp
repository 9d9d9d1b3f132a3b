#include "automation/host_process.h"

#include "runtime/thread.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <new>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace atrium::automation {

namespace {

constexpr int childSocket = 3;
constexpr int childBoard = 4;
constexpr int wallFactor = 10;

[[noreturn]] void fail(const std::string& what, int error)
{
    throw std::runtime_error("script host: " + what + ": " + std::strerror(error));
}

std::int64_t nanoseconds(clockid_t clock)
{
    timespec time{};
    if (::clock_gettime(clock, &time) != 0) return 0;
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

/// Closes a descriptor at the end of a scope.
struct Descriptor {
    int number = -1;
    ~Descriptor()
    {
        if (number >= 0) ::close(number);
    }
};

/// The descriptor at a number that dup2 to 3 and 4 in the child cannot hit.
int awayFromChildNumbers(int descriptor)
{
    const int moved = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 16);
    ::close(descriptor);
    return moved;
}

} // namespace

HostProcess::HostProcess(const HostOptions& options) : allowed_(options.sliceBudget + options.grace)
{
    Descriptor memory{::memfd_create("atrium-slice-board", MFD_CLOEXEC)};
    if (memory.number < 0 || ::ftruncate(memory.number, sizeof(SliceBoard)) != 0) fail("shared memory", errno);
    memory.number = awayFromChildNumbers(memory.number);
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) fail("socket pair", errno);
    Descriptor theirs{awayFromChildNumbers(pair[1])};
    socket_ = runtime::moveDescriptorUp(pair[0]);
    if (socket_ < 0) socket_ = awayFromChildNumbers(pair[0]);
    void* page = ::mmap(nullptr, sizeof(SliceBoard), PROT_READ | PROT_WRITE, MAP_SHARED, memory.number, 0);
    if (page == MAP_FAILED) {
        ::close(socket_);
        fail("shared memory", errno);
    }
    board_ = new (page) SliceBoard;
    try {
        runtime::ChildOptions child;
        child.environment = runtime::ChildOptions::Environment::Minimal;
        child.arguments = {options.program, std::to_string(::getpid()), std::to_string(options.sliceBudget.count()),
                           std::to_string(options.scriptMemory), std::to_string(options.processMemory)};
        child.descriptors = {{theirs.number, childSocket}, {memory.number, childBoard}};
        child.deathSignal = SIGKILL;
        process_ = runtime::ChildProcess(child);
    }
    catch (...) {
        ::close(socket_);
        ::munmap(page, sizeof(SliceBoard));
        throw;
    }
}

HostProcess::~HostProcess()
{
    process_.stop(std::chrono::milliseconds{0});
    ::close(socket_);
    ::munmap(board_, sizeof(SliceBoard));
}

bool HostProcess::isOverdue() const
{
    const auto cpu = board_->startedCpu.load(std::memory_order_acquire);
    if (cpu == 0) return false;
    clockid_t clock{};
    if (::clock_getcpuclockid(process_.pid(), &clock) == 0 && nanoseconds(clock) - cpu > allowed_.count()) return true;
    return nanoseconds(CLOCK_MONOTONIC) - board_->startedWall.load(std::memory_order_relaxed) >
           wallFactor * allowed_.count();
}

void HostProcess::interruptLongSlice() noexcept
{
    // Most slices are shorter; switching for them would only cost.
    constexpr std::int64_t longSlice = 100'000;
    if (!isBusy()) return;
    const auto began = board_->startedWall.load(std::memory_order_relaxed);
    if (began == interrupted_) return;
    const bool isLong =
        board_->isContinued.load(std::memory_order_relaxed) || nanoseconds(CLOCK_MONOTONIC) - began >= longSlice;
    if (!isLong) return;
    interrupted_ = began;
    process_.signal(letOthersIn);
}

void HostProcess::kill() noexcept { process_.signal(SIGKILL); }

int HostProcess::reap()
{
    constexpr std::chrono::seconds patience{5};
    const auto status = process_.wait(patience);
    return status && WIFSIGNALED(*status) ? WTERMSIG(*status) : 0;
}

} // namespace atrium::automation
