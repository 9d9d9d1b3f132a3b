#include "app/service_manager.h"

#include <systemd/sd-daemon.h>

namespace atrium::app {

void ServiceManager::ready()
{
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) > 0) {
        // A core that hangs does not feed, and systemd restarts the server.
        watchdog_ = scheduler_.every(std::chrono::microseconds(microseconds / 2), [] { sd_notify(0, "WATCHDOG=1"); });
    }
    sd_notify(0, "READY=1");
}

void ServiceManager::stopping()
{
    sd_notify(0, "STOPPING=1");
    watchdog_.reset();
}

} // namespace atrium::app
