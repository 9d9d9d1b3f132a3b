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
#include <thread>
#include <vector>

namespace atrium::runtime {

/// The `core` thread: runs tasks in order and timers when they are due. Owns nothing else; what runs on it owns
/// devices, bus and dispatch. Tests call turn() instead of start() and move a ManualClock.
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
    /// Runs `task` on core and returns when it has run; runs it at once when called on core, or when core is not
    /// running.
    void runAndWait(const std::function<void()>& task);

    bool isCurrent() const override;

    Subscription after(std::chrono::microseconds delay, std::function<void()> handler) override;
    Subscription every(std::chrono::microseconds period, std::function<void()> handler) override;
    Subscription at(UtcTime time, std::function<void()> handler) override;

    /// Runs everything that is queued or due and returns; for tests, with the caller acting as core.
    void turn();

    std::size_t queued() const;

private:
    struct Timer {
        std::shared_ptr<CallGate> gate;
        std::function<void()> handler;
        std::chrono::microseconds period{0}; ///< 0 = once
    };
    template <class Time>
    using TimerQueue = std::multimap<Time, std::shared_ptr<Timer>>;

    Subscription addTimer(std::function<void(std::shared_ptr<Timer>)> insert, std::function<void()> handler,
                          std::chrono::microseconds period);
    void run();
    void runTasks(std::vector<std::function<void()>>& tasks);
    void runDueTimers();
    void guarded(const std::function<void()>& call);
    bool isDue() const;

    const Clock& clock_;
    std::function<void(const std::string&)> onException_;
    const std::size_t queueLimit_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable room_;
    std::vector<std::function<void()>> tasks_;
    TimerQueue<SteadyTime> steadyTimers_;
    TimerQueue<UtcTime> utcTimers_;
    bool stopping_ = false;
    bool running_ = false;
    std::thread thread_;
    std::atomic<std::thread::id> threadId_{};
};

} // namespace atrium::runtime
