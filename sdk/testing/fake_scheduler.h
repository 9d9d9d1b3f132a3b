#pragma once

#include "atrium/scheduler.h"
#include "testing/manual_clock.h"

#include <algorithm>
#include <memory>
#include <vector>

namespace atrium::testing {

/// Timers on a ManualClock; they run within advance(), in the order in which they are due. Thread: the test's.
class FakeScheduler : public Scheduler {
public:
    explicit FakeScheduler(ManualClock& clock) : clock_(clock) {}

    Subscription after(std::chrono::microseconds delay, std::function<void()> handler) override
    {
        return add(delay, {}, std::move(handler));
    }
    Subscription every(std::chrono::microseconds period, std::function<void()> handler) override
    {
        return add(period, period, std::move(handler));
    }
    Subscription at(UtcTime time, std::function<void()> handler) override
    {
        return add(std::max(time - clock_.now(), std::chrono::microseconds{0}), {}, std::move(handler));
    }

    /// Time passes, and each timer that is due meanwhile runs at its time.
    void advance(std::chrono::microseconds duration)
    {
        const auto end = clock_.steadyNow() + duration;
        for (;;) {
            std::erase_if(timers_, [](const auto& timer) { return !timer->handler; });
            const auto next = std::min_element(timers_.begin(), timers_.end(),
                                               [](const auto& a, const auto& b) { return a->due < b->due; });
            if (next == timers_.end() || (*next)->due > end) break;
            const auto timer = *next;
            if (timer->due > clock_.steadyNow())
                clock_.advance(std::chrono::duration_cast<std::chrono::microseconds>(timer->due - clock_.steadyNow()));
            const auto handler = timer->handler;
            if (timer->period.count() > 0) timer->due += timer->period;
            else timer->handler = nullptr;
            handler();
        }
        clock_.advance(std::chrono::duration_cast<std::chrono::microseconds>(end - clock_.steadyNow()));
    }

private:
    struct Timer {
        SteadyTime due;
        std::chrono::microseconds period;
        std::function<void()> handler; ///< null = withdrawn
    };
    Subscription add(std::chrono::microseconds delay, std::chrono::microseconds period, std::function<void()> handler)
    {
        auto timer = std::make_shared<Timer>(Timer{clock_.steadyNow() + delay, period, std::move(handler)});
        timers_.push_back(timer);
        return Subscription([timer] { timer->handler = nullptr; });
    }
    ManualClock& clock_;
    std::vector<std::shared_ptr<Timer>> timers_;
};

} // namespace atrium::testing
