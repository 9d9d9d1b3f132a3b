#pragma once

#include "automation/slice_board.h"

#include <chrono>
#include <cstdint>

struct lua_State;
struct lua_Debug;

namespace atrium::automation::lua {

/// The CPU time that one slice (a load, or a run up to its next step) may take. A CPU timer of the process looks every
/// 10 ms of spent time, costs nothing while the host is idle, and when the budget is spent arms a count hook in the
/// running coroutine from its signal handler, as lua_sethook allows. The hook raises an error and stays armed at every
/// instruction, so that no pcall outlives it. What cannot be ended this way (a hang inside C) the server ends by
/// killing the process, for which the board says what is running.
///
/// A slice within its budget must not keep others waiting either: when the server has written something, it signals a
/// process whose slice has run for a while already (letOthersIn); a hook then lets the coroutine yield at its next
/// instruction, and the rest of its slice comes after the others.
/// One per process. Thread: the main thread, which must be the only one.
class Budget {
public:
    /// `board` outlives the budget. `input` is where messages come from.
    Budget(SliceBoard& board, int input, std::chrono::milliseconds perSlice);
    ~Budget();
    Budget(const Budget&) = delete;
    Budget& operator=(const Budget&) = delete;

    /// For loops in C, which no hook sees: whether the coroutine is to yield now, with pause(). Raises a Lua error when
    /// the budget is spent. Costs a comparison.
    static bool mustPause(lua_State* state);
    /// To be returned: yields for others, then goes on with `next`.
    static int pause(lua_State* state, std::intptr_t context, int (*next)(lua_State*, int, std::intptr_t));

    /// Whether others wait for the slice that is about to run, besides those whose messages are not received yet.
    void setOthersWait(bool wait) { othersWait_ = wait; }

    /// What an interrupted slice has spent in its parts.
    using Spent = std::chrono::nanoseconds;

    /// One slice or a part of it, from construction to destruction.
    class Slice {
    public:
        /// `before` is what the earlier parts of the slice have spent.
        Slice(Budget& budget, lua_State* running, std::uint32_t instance, std::uint64_t run, Spent before);
        ~Slice();
        Slice(const Slice&) = delete;
        Slice& operator=(const Slice&) = delete;
        /// CPU time of this part.
        Spent spent() const;
        bool exceeded() const;
        /// The coroutine has yielded for others and is to be resumed without arguments.
        bool interrupted() const;

    private:
        Slice(Budget& budget, lua_State* running, std::uint32_t instance, std::uint64_t run, Spent before,
              std::int64_t wall);

        Budget& budget_;
        const std::int64_t began_;
    };

private:
    static void onTimer(int);
    static void onOthers(int);
    static void yieldToOthers(lua_State* state, lua_Debug*);
    void look();
    void interrupt();
    bool hasInput() const;
    /// CPU time of the process at `wall`, CLOCK_MONOTONIC, which is cheaper to read: for 100 us after a reading it
    /// stands in, and counts that much too much at most when the processor was lost meanwhile.
    std::int64_t cpuTimeAt(std::int64_t wall);
    /// A backstop for the case that server and hook both fail: the kernel ends the process some CPU-seconds later.
    /// `wall` is CLOCK_MONOTONIC, which runs ahead at least as fast as one thread's CPU time.
    void extendKernelLimit(std::int64_t wall);

    SliceBoard& board_;
    const int input_;
    const std::int64_t perSlice_;
    volatile std::int64_t started_ = 0; ///< what the board's startedCpu is while a slice runs
    lua_State* volatile running_ = nullptr;
    volatile bool exceeded_ = false;
    volatile bool othersWait_ = false;
    volatile bool hooked_ = false;
    volatile bool interrupted_ = false;
    std::int64_t extendAt_ = 0; ///< CLOCK_MONOTONIC
    std::int64_t cpuRead_ = 0;
    std::int64_t cpuReadAt_ = 0; ///< CLOCK_MONOTONIC
    void* timer_ = nullptr;
};

} // namespace atrium::automation::lua
