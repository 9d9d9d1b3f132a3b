#pragma once

#include "atrium/scheduler.h"

namespace atrium::app {

/// Tells systemd that the server is ready, and feeds its watchdog as long as core answers (sd_notify(3)). Does nothing
/// elsewhere. Thread: the main thread; the watchdog is fed from core.
class ServiceManager {
public:
    explicit ServiceManager(Scheduler& scheduler) : scheduler_(scheduler) {}

    void ready();
    void stopping();

private:
    Scheduler& scheduler_;
    Subscription watchdog_;
};

} // namespace atrium::app
