#include "automation/lua/budget.h"

#include <lua.hpp>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <poll.h>
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

Budget::Budget(SliceBoard& board, int input, std::chrono::milliseconds perSlice)
    : board_(board), input_(input), perSlice_(std::chrono::nanoseconds(perSlice).count())
{
    theBudget = this;
    struct sigaction action {};
    action.sa_handler = &Budget::onTimer;
    action.sa_flags = SA_RESTART;
    sigaddset(&action.sa_mask, SIGPROF);
    sigaddset(&action.sa_mask, letOthersIn);
    ::sigaction(SIGPROF, &action, nullptr);
    action.sa_handler = &Budget::onOthers;
    ::sigaction(letOthersIn, &action, nullptr);
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGPROF;
    timer_t timer{};
    if (::timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) != 0) throw std::runtime_error("no CPU timer");
    timer_ = timer;
    constexpr long lookEvery = 10'000'000;
    const itimerspec period{{0, lookEvery}, {0, lookEvery}};
    ::timer_settime(timer, 0, &period, nullptr);
    extendKernelLimit(nanoseconds(CLOCK_MONOTONIC));
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

void Budget::onOthers(int)
{
    if (theBudget) theBudget->interrupt();
}

void Budget::look()
{
    lua_State* running = running_;
    if (!running) return;
    if (nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - started_ < perSlice_) {
        // The server does not signal a slice that has only just begun.
        if (othersWait_ || hasInput()) interrupt();
        return;
    }
    exceeded_ = true;
    hooked_ = true;
    lua_sethook(running, raiseOverBudget, LUA_MASKCOUNT, 1);
}

bool Budget::hasInput() const
{
    pollfd descriptor{input_, POLLIN, 0};
    return ::poll(&descriptor, 1, 0) > 0;
}

void Budget::interrupt()
{
    lua_State* running = running_;
    if (!running || exceeded_) return;
    hooked_ = true;
    lua_sethook(running, &Budget::yieldToOthers, LUA_MASKCOUNT, 1);
}

void Budget::yieldToOthers(lua_State* state, lua_Debug*)
{
    // Where C called Lua without a way back it stays armed until that is over.
    if (lua_isyieldable(state) && !theBudget->exceeded_) pause(state, 0, nullptr);
}

bool Budget::mustPause(lua_State* state)
{
    if (!theBudget || !theBudget->hooked_) return false;
    if (theBudget->exceeded_) raiseOverBudget(state, nullptr);
    return lua_isyieldable(state) != 0;
}

int Budget::pause(lua_State* state, std::intptr_t context, int (*next)(lua_State*, int, std::intptr_t))
{
    theBudget->interrupted_ = true;
    return lua_yieldk(state, 0, context, next);
}

void Budget::extendKernelLimit(std::int64_t wall)
{
    if (wall < extendAt_) return;
    extendAt_ = wall + kernelAllowance / 2;
    const auto last = cpuTimeAt(wall) + kernelAllowance;
    const rlimit limit{static_cast<rlim_t>(last / nanosecondsPerSecond + 1), RLIM_INFINITY};
    ::setrlimit(RLIMIT_CPU, &limit);
}

std::int64_t Budget::cpuTimeAt(std::int64_t wall)
{
    constexpr std::int64_t standsInFor = 100'000;
    if (wall - cpuReadAt_ > standsInFor) {
        cpuRead_ = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
        cpuReadAt_ = wall;
    }
    return cpuRead_ + (wall - cpuReadAt_);
}

Budget::Slice::Slice(Budget& budget, lua_State* running, std::uint32_t instance, std::uint64_t run, Spent before)
    : Slice(budget, running, instance, run, before, nanoseconds(CLOCK_MONOTONIC))
{}

Budget::Slice::Slice(Budget& budget, lua_State* running, std::uint32_t instance, std::uint64_t run, Spent before,
                     std::int64_t wall)
    : budget_(budget), began_(budget.cpuTimeAt(wall))
{
    const bool isContinued = before.count() > 0;
    budget.extendKernelLimit(wall);
    budget.exceeded_ = false;
    budget.hooked_ = false;
    budget.interrupted_ = false;
    budget.started_ = began_ - before.count();
    budget.running_ = running; // before the server can see a slice that it may signal
    auto& board = budget.board_;
    board.run.store(run, std::memory_order_relaxed);
    board.instance.store(instance, std::memory_order_relaxed);
    board.isContinued.store(isContinued, std::memory_order_relaxed);
    board.startedWall.store(wall, std::memory_order_relaxed);
    board.startedCpu.store(budget.started_, std::memory_order_release);
    // What came between the last look and now: the server signals no part twice, and none that has not begun.
    if (isContinued && budget.hasInput()) budget.interrupt();
}

Budget::Slice::~Slice()
{
    lua_State* const running = budget_.running_;
    budget_.running_ = nullptr; // from here on the handlers do not arm a hook any more
    if (budget_.hooked_) lua_sethook(running, nullptr, 0, 0);
    budget_.board_.startedCpu.store(0, std::memory_order_release);
    if (budget_.interrupted_) budget_.board_.interruptions.fetch_add(1, std::memory_order_relaxed);
}

Budget::Spent Budget::Slice::spent() const
{
    // A reading can be less than what the clock on the wall stood in for.
    return Spent(std::max<std::int64_t>(budget_.cpuTimeAt(nanoseconds(CLOCK_MONOTONIC)) - began_, 0));
}

bool Budget::Slice::exceeded() const { return budget_.exceeded_; }

bool Budget::Slice::interrupted() const { return budget_.interrupted_; }

} // namespace atrium::automation::lua
