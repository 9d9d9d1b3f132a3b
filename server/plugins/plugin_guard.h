#pragma once

#include "atrium/clock.h"
#include "atrium/health.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "runtime/activity_gate.h"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace atrium::plugins {

/// Through which every call into one plugin goes: nothing that the plugin throws gets further. One exception makes it
/// Degraded, `failureLimit` within `failureWindow` make it Failed. Handlers that others keep share it, so that a late
/// call finds a closed gate instead of nothing. Thread: any; calls run side by side.
class PluginGuard : public std::enable_shared_from_this<PluginGuard> {
public:
    static constexpr std::size_t failureLimit = 10;
    static constexpr std::chrono::seconds failureWindow{60};

    PluginGuard(std::string pluginId, const Clock& clock, Log& log, Metrics& metrics,
                std::function<void(HealthState, const std::string& reason)> onHealth);

    /// Runs `call`; false when the plugin has been stopped, or when `call` threw.
    template <class Call>
    bool run(std::string_view what, Call&& call)
    {
        const runtime::ActivityGate::Pass pass(gate_);
        if (!pass) return false;
        try {
            call();
            return true;
        }
        catch (const std::exception& error) {
            failed(what, error.what());
        }
        catch (...) {
            failed(what, "something that is no std::exception");
        }
        return false;
    }

    /// A handler for somebody else to keep: guarded, and does nothing once the plugin has been stopped.
    template <class... Arguments>
    std::function<void(Arguments...)> wrap(std::string what, std::function<void(Arguments...)> handler)
    {
        return
            [self = shared_from_this(), what = std::move(what), handler = std::move(handler)](Arguments... arguments) {
                self->run(what, [&] { handler(std::forward<Arguments>(arguments)...); });
            };
    }

    /// Waits for calls in hand, then lets none in.
    void close() { gate_.close(); }
    /// Lets none in; calls that hang stay where they are.
    void abandon() { gate_.abandon(); }

private:
    void failed(std::string_view what, const std::string& reason);

    const std::string pluginId_;
    const Clock& clock_;
    Log& log_;
    Counter& exceptions_;
    std::function<void(HealthState, const std::string&)> onHealth_;
    runtime::ActivityGate gate_;
    std::mutex mutex_;
    std::deque<SteadyTime> failures_;
};

} // namespace atrium::plugins
