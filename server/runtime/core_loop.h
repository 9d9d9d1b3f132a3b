#pragma once

#include "atrium/clock.h"
#include "atrium/executor.h"
#include "atrium/metrics.h"
#include "atrium/scheduler.h"
#include "runtime/call_gate.h"

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace atrium::runtime {

/// Core: runs tasks in order, one at a time, and timers when they are due. Owns nothing else; what runs on it owns
/// devices, bus and dispatch. Core is a role rather than a thread: the thread `core` has it as a rule, and a thread
/// that brings urgent work while core rests takes it for that work (runNow), which saves waking another thread. A task
/// must therefore not join the threads that do so (`mqtt`, `automation`). Tests call turn() instead of start() and move
/// a ManualClock.
class CoreLoop : public Executor, public Scheduler {
public:
    /// `onException` gets the text of whatever a task or timer throws; it must not throw.
    CoreLoop(const Clock& clock, std::function<void(const std::string&)> onException, std::size_t queueLimit = 65'536);
    ~CoreLoop() override;

    void start();
    /// Runs what is queued, then ends the thread. Timers do not fire any more. Idempotent.
    void stop();

    /// Policy when the queue is full: refuse (false).
    bool post(std::function<void()> task) override;
    /// Policy when the queue is full: wait, so that the pressure reaches the sender (MQTT: the broker). False when
    /// stopping.
    bool postWaiting(std::function<void()> task);
    /// Runs `task` and what it posts right here, as core, when core rests; else false, and nothing has happened: post
    /// it. What others post meanwhile is left to the thread `core`: it may join this one. Thread: any.
    bool runNow(const std::function<void()>& task);
    /// Called as core by whoever borrowed the role (runNow), when its work is done and before it gives the role back:
    /// to wait a moment for the answer to what that work asked. One at a time; it ends with the subscription, when no
    /// call runs any more unless that is made by the caller.
    [[nodiscard]] Subscription setLinger(std::function<void()> linger);
    /// Whether a thread borrowed the role and will linger. Thread: core.
    bool isBorrowed() const { return borrowed_; }
    /// Runs `task` on core and returns when it has run; runs it at once when called on core, or when core is not
    /// running.
    void runAndWait(const std::function<void()>& task);

    bool isCurrent() const override;

    Subscription after(std::chrono::microseconds delay, std::function<void()> handler) override;
    Subscription every(std::chrono::microseconds period, std::function<void()> handler) override;
    Subscription at(UtcTime time, std::function<void()> handler) override;

    /// Runs everything that is queued or due and returns; for tests and simulations, with the caller acting as core.
    void turn();
    /// When the next timer is due as the clock goes now; empty without timers. Thread: any.
    std::optional<UtcTime> nextDue() const;

    std::size_t queued() const;

private:
    struct Task {
        std::function<void()> call;
        bool fromCore; ///< posted by a task, not from outside
    };
    struct Timer {
        std::shared_ptr<CallGate> gate;
        std::function<void()> handler;
        std::chrono::microseconds period{0}; ///< 0 = once
    };
    struct Linger {
        CallGate gate;
        std::function<void()> call;
    };
    template <class Time>
    using TimerQueue = std::multimap<Time, std::shared_ptr<Timer>>;

    /// Whether the timer is now the next one.
    template <class Time>
    static bool insertTimer(TimerQueue<Time>& queue, Time due, std::shared_ptr<Timer> timer);
    /// `insert` says whether the timer is the next one.
    Subscription addTimer(std::function<bool(std::shared_ptr<Timer>)> insert, std::function<void()> handler,
                          std::chrono::microseconds period);
    void run();
    bool push(std::unique_lock<std::mutex>& lock, std::function<void()> task);
    std::chrono::microseconds untilNextTimer() const;
    void runTasks(std::vector<Task>& tasks);
    void runDueTimers();
    void guarded(const std::function<void()>& call);
    bool isDue() const;

    const Clock& clock_;
    std::function<void(const std::string&)> onException_;
    const std::size_t queueLimit_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable room_;
    std::vector<Task> tasks_;
    TimerQueue<SteadyTime> steadyTimers_;
    TimerQueue<UtcTime> utcTimers_;
    bool stopping_ = false;
    bool running_ = false;
    bool taken_ = false;    ///< a thread has the role: the one in threadId_
    bool borrowed_ = false; ///< core only
    std::shared_ptr<Linger> linger_;
    bool asked_ = false; ///< the thread `core` waits for the role
    std::thread thread_;
    std::thread::id ownThread_{};             ///< the thread `core`
    std::atomic<std::thread::id> threadId_{}; ///< who has the role
};

} // namespace atrium::runtime
