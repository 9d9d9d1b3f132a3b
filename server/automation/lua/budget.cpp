#include "automation/lua/budget.h"

#include <lua.hpp>

#include <csignal>
#include <ctime>
#include <stdexcept>
#include <sys/resource.h>

namespace atrium::automation::lua {

namespace {

Budget* theBudget = nullptr;

constexpr std::int64_t nanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kernelAllowance = 60 * nanosecondsPerSecond;

std::int64_t nanoseconds(clockid_t clock)
{
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<std::int64_t>(time.tv_sec) * nanosecondsPerSecond + time.tv_nsec;
}

void raiseOverBudget(lua_State* state, lua_Debug*) { luaL_error(state, "CPU time is used up"); }

} // namespace

Budget::Budget(SliceBoard& board, std::chrono::milliseconds perSlice)
    : board_(board), perSlice_(std::chrono::nanoseconds(perSlice).count())
{
    theBudget = this;
    struct sigaction action {};
    action.sa_handler = &Budget::onTimer;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGPROF, &action, nullptr);
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGPROF;
    timer_t timer{};
    if (::timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) != 0) throw std::runtime_error("no CPU timer");
    timer_ = timer;
    constexpr long lookEvery = 10'000'000;
    const itimerspec period{{0, lookEvery}, {0, lookEvery}};
    ::timer_settime(timer, 0, &period, nullptr);
    extendKernelLimit(nanoseconds(CLOCK_PROCESS_CPUTIME_ID));
}

Budget::~Budget()
{
    ::timer_delete(static_cast<timer_t>(timer_));
    theBudget = nullptr;
}

void Budget::onTimer(int)
{
    if (theBudget) theBudget->look();
}

void Budget::look()
{
    lua_State* running = running_;
    if (!running) return;
    const auto started = board_.startedCpu.load(std::memory_order_relaxed);
    if (nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - started < perSlice_) return;
    exceeded_ = true;
    lua_sethook(running, raiseOverBudget, LUA_MASKCOUNT, 1);
}

void Budget::extendKernelLimit(std::int64_t now)
{
    if (now + kernelAllowance / 2 < kernelLimit_) return;
    kernelLimit_ = now + kernelAllowance;
    const rlimit limit{static_cast<rlim_t>(kernelLimit_ / nanosecondsPerSecond + 1), RLIM_INFINITY};
    ::setrlimit(RLIMIT_CPU, &limit);
}

Budget::Slice::Slice(Budget& budget, lua_State* running, std::uint32_t instance, std::uint64_t run) : budget_(budget)
{
    auto& board = budget.board_;
    board.run.store(run, std::memory_order_relaxed);
    board.instance.store(instance, std::memory_order_relaxed);
    board.startedWall.store(nanoseconds(CLOCK_MONOTONIC), std::memory_order_relaxed);
    board.startedCpu.store(nanoseconds(CLOCK_PROCESS_CPUTIME_ID), std::memory_order_release);
    budget.exceeded_ = false;
    budget.running_ = running;
}

Budget::Slice::~Slice()
{
    lua_State* const running = budget_.running_;
    budget_.running_ = nullptr; // from here on the timer does not arm the hook any more
    if (budget_.exceeded_) lua_sethook(running, nullptr, 0, 0);
    budget_.board_.startedCpu.store(0, std::memory_order_release);
    budget_.extendKernelLimit(nanoseconds(CLOCK_PROCESS_CPUTIME_ID));
}

std::chrono::microseconds Budget::Slice::spent() const
{
    return std::chrono::microseconds(
        (nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - budget_.board_.startedCpu.load(std::memory_order_relaxed)) / 1000);
}

bool Budget::Slice::exceeded() const { return budget_.exceeded_; }

} // namespace atrium::automation::lua
