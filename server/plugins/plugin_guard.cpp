#include "plugins/plugin_guard.h"

namespace atrium::plugins {

PluginGuard::PluginGuard(std::string pluginId, const Clock& clock, Log& log, Metrics& metrics,
                         std::function<void(HealthState, const std::string&)> onHealth)
    : pluginId_(std::move(pluginId)), clock_(clock), log_(log),
      exceptions_(metrics.counter("atrium_plugin_exceptions_total", "Exceptions that plugins let out",
                                  {{"plugin", pluginId_}})),
      onHealth_(std::move(onHealth))
{}

void PluginGuard::failed(std::string_view what, const std::string& reason)
{
    exceptions_.add();
    log_.error("an exception was caught", {{"plugin", pluginId_}, {"in", what}, {"reason", reason}});
    bool tooMany = false;
    {
        std::lock_guard lock(mutex_);
        const auto now = clock_.steadyNow();
        failures_.push_back(now);
        while (now - failures_.front() > failureWindow) failures_.pop_front();
        tooMany = failures_.size() >= failureLimit;
    }
    onHealth_(tooMany ? HealthState::Failed : HealthState::Degraded, std::string(what) + ": " + reason);
}

} // namespace atrium::plugins
