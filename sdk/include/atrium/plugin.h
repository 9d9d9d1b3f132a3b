#pragma once

#include "atrium/abi.h"
#include "atrium/plugin_context.h"
#include "atrium/time.h"

namespace atrium {

/// What an integrator writes. The host calls, in this order and never at the same time, configure(), start(), stop(),
/// destructor. An exception marks the plugin as failed; the house goes on. Thread: the host thread.
class Plugin {
public:
    virtual ~Plugin() = default;

    /// Registers routes, subscriptions, services. No I/O. `context` lives longer than the plugin.
    virtual void configure(PluginContext& context) = 0;
    /// Does the I/O that the plugin needs before it works: reads its tables, restores devices. The host gives up after
    /// `plugins.startTimeout` (10 s) and marks the plugin as failed.
    virtual void start() {}
    /// Ends work in hand until `deadline`. Registrations still stand and are withdrawn afterwards.
    virtual void stop(SteadyTime deadline) { (void)deadline; }
};

} // namespace atrium
