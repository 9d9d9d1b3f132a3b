#pragma once

#include "automation/slice_board.h"
#include "runtime/child_process.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace atrium::automation {

/// When scripts are told of values that they may read.
enum class Mirroring {
    Prompt,    ///< as they come: the next run finds them there
    BeforeRuns ///< the last ones, when something else is sent: for simulations, in which nobody waits for that
};

struct HostOptions {
    std::string program; ///< path of atrium-luahost
    std::chrono::milliseconds sliceBudget{1000};
    int effectsPerMinute = 600;           ///< of one automation, log lines included
    std::chrono::milliseconds grace{250}; ///< past the budget, before the process is killed
    std::size_t scriptMemory = 4 * 1024 * 1024;
    std::size_t processMemory = std::size_t{1024} * 1024 * 1024; ///< address space
    Mirroring mirroring = Mirroring::Prompt;
};

/// One life of the script host: the process, our end of its socket, and the board that it shares with us.
/// Made on the thread that outlives the process (it dies with that thread). Thread: that one, unless said otherwise.
class HostProcess {
public:
    /// Throws std::runtime_error when the process cannot be started.
    explicit HostProcess(const HostOptions& options);
    /// Kills and reaps.
    ~HostProcess();
    HostProcess(const HostProcess&) = delete;
    HostProcess& operator=(const HostProcess&) = delete;

    int socket() const { return socket_; }
    pid_t pid() const { return process_.pid(); }
    const SliceBoard& board() const { return *board_; }

    /// Whether the slice that runs now is over its time: in CPU time, or tenfold in wall time (stopped, starved).
    bool isOverdue() const;
    bool isBusy() const { return board_->startedCpu.load(std::memory_order_acquire) != 0; }
    /// Tells the host that something waits for it, unless it was told so already, rests, or what it runs has only just
    /// begun and will be over soon anyway. Thread: any, one at a time, while the object lives.
    void interruptLongSlice() noexcept;
    void kill() noexcept;
    /// Waits for the end of the process, which was killed or has closed its socket: a signal number, or 0.
    int reap();

private:
    const std::chrono::nanoseconds allowed_;
    int socket_ = -1;
    runtime::ChildProcess process_;
    SliceBoard* board_ = nullptr;
    std::int64_t interrupted_ = 0; ///< startedWall of the part of a slice that was signalled last
};

} // namespace atrium::automation
