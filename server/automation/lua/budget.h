#pragma once

#include "automation/slice_board.h"

#include <chrono>
#include <cstdint>

struct lua_State;

namespace atrium::automation::lua {

/// The CPU time that one slice (a load, or a run up to its next step) may take. A CPU timer of the process looks every
/// 10 ms of spent time, costs nothing while the host is idle, and when the budget is spent arms a count hook in the
/// running coroutine from its signal handler, as lua_sethook allows. The hook raises an error and stays armed at every
/// instruction, so that no pcall outlives it. What cannot be ended this way (a hang inside C) the server ends by
/// killing the process, for which the board says what is running.
/// One per process. Thread: the main thread, which must be the only one.
class Budget {
public:
    /// `board` outlives the budget.
    Budget(SliceBoard& board, std::chrono::milliseconds perSlice);
    ~Budget();
    Budget(const Budget&) = delete;
    Budget& operator=(const Budget&) = delete;

    /// One slice, from construction to destruction.
    class Slice {
    public:
        Slice(Budget& budget, lua_State* running, std::uint32_t instance, std::uint64_t run);
        ~Slice();
        Slice(const Slice&) = delete;
        Slice& operator=(const Slice&) = delete;
        /// CPU time so far.
        std::chrono::microseconds spent() const;
        bool exceeded() const;

    private:
        Budget& budget_;
    };

private:
    static void onTimer(int);
    void look();
    /// A backstop for the case that server and hook both fail: the kernel ends the process some CPU-seconds later.
    void extendKernelLimit(std::int64_t now);

    SliceBoard& board_;
    std::int64_t perSlice_;
    lua_State* volatile running_ = nullptr;
    volatile bool exceeded_ = false;
    std::int64_t kernelLimit_ = 0;
    void* timer_ = nullptr;
};

} // namespace atrium::automation::lua
