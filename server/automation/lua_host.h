#pragma once

#include "atrium/log.h"
#include "atrium/metrics.h"
#include "automation/host_answers.h"
#include "automation/host_process.h"
#include "automation/messages.h"
#include "runtime/core_loop.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace atrium::automation {

/// Keeps a script host process alive and carries messages to and from it. Core writes straight into the socket; whoever
/// borrowed core for that waits a moment for the answer. The thread `automation` starts the process, reads all other
/// answers, acts as core for them when core rests and else hands them over in batches, writes what did not fit, and
/// kills the process when a slice is over its time.
class LuaHost {
public:
    /// Why a process ended and what it was running then.
    struct Death {
        std::string reason;
        bool overdue = false; ///< killed for its deadline
        bool crashed = false; ///< ended by a fault of its own (SIGSEGV, SIGABRT, SIGXCPU, ...)
        bool busy = false;    ///< `instance` and `run` say with what
        std::uint32_t instance = 0;
        std::uint64_t run = 0; ///< 0 = loading
    };

    /// Thread of all: core.
    struct Handlers {
        std::function<void()> started; ///< a fresh process that knows nothing
        std::function<void(FromHost&)> message;
        std::function<void(const Death&)> died;
    };

    LuaHost(HostOptions options, runtime::CoreLoop& core, Log& log, Metrics& metrics, Handlers handlers);
    ~LuaHost();

    void start();
    /// Ends the process and the thread. Handlers do not run any more, provided that core runs none of ours at this
    /// moment. Idempotent. Thread: any but `automation`.
    void stop();

    /// Puts a message behind the others; it leaves with the next flush(). Nothing happens while no process is up. When
    /// the process does not read (outgoing buffer over 8 MiB), it is ended and started anew, since it would otherwise
    /// run on old values; the engine brings it up to date. Thread: core.
    void send(const ToHost& message);
    /// The same for a value, which need not leave before another message does: no system call unless many wait.
    void mirror(MirrorUpdate update);
    /// Never waits. Thread: core.
    void flush();
    /// Whether so much is on its way (over 2 MiB) that new runs should not be begun. Thread: core.
    bool isCongested() const;

    /// 0 = none at the moment. Thread: any.
    pid_t processId() const { return pid_.load(); }

private:
    /// How many bytes wait then.
    std::size_t append(const ToHost& message);
    /// Sends the values that wait for the next message.
    void release();
    void loop();
    /// Makes it the one that core writes to; nullptr = none.
    void connect(HostProcess* process, std::uint64_t epoch);
    void live(std::uint64_t epoch);
    struct Ending {
        bool killed = false;
        bool overdue = false; ///< for that
    };
    /// Until the process ends or is killed.
    Ending serve(HostProcess& process, std::uint64_t epoch);
    /// False at the end of the stream.
    bool readSome();
    /// Core, borrowed: handles answers that come within a moment.
    void lookForAnswers();
    bool writeSome(int socket);
    void onCore(std::function<void()> task);
    bool pause(std::chrono::milliseconds duration);

    const HostOptions options_;
    runtime::CoreLoop& core_;
    Log& log_;
    Handlers handlers_;
    Counter& restarts_;
    Counter& kills_;
    Counter& interruptions_;
    Gauge& outgoingBytes_;

    mutable std::mutex mutex_;
    std::string outgoing_;
    std::size_t written_ = 0;
    HostProcess* process_ = nullptr; ///< the one that is up
    std::uint64_t epoch_ = 0;        ///< counts processes
    bool overflowed_ = false;

    std::uint64_t coreEpoch_ = 0; ///< the process that core talks to
    /// Values by device and attribute that wait for the next message (Mirroring::BeforeRuns).
    std::unordered_map<std::int64_t, std::vector<std::pair<std::string, Value>>> held_;
    bool asks_ = false; ///< core: what leaves with the next flush() is answered at once
    HostAnswers answers_;
    std::atomic<bool> watching_{false};
    bool warnedOfFilter_ = false; ///< thread `automation`
    std::atomic<bool> stopping_{false};
    std::atomic<pid_t> pid_{0};
    std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
    std::thread thread_;
    Subscription linger_;
};

} // namespace atrium::automation
