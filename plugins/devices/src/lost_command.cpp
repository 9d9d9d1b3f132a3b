#include "lost_command.h"

#include "atrium/services/alerts.h"

namespace atrium::devices {

void tellOfLostCommand(const Services& services, const Devices& devices, const CommandOutcome& outcome)
{
    const auto alerts = services.find<Alerts>();
    if (!alerts) return;
    const auto& command = outcome.command;
    const std::string key = "command-failed:" + std::to_string(command.device.value) + ':' + command.entity;
    if (outcome.result == CommandResult::Confirmed) return alerts->clear(key);
    if (outcome.result != CommandResult::TimedOut) return;
    const auto device = devices.find(command.device);
    const std::string name = device ? device->info->name : std::to_string(command.device.value);
    AlertReport report;
    report.key = key;
    report.severity = Severity::Warning;
    report.type = "command_failed";
    report.title = name + " ne répond pas / does not respond";
    report.message = "La commande « " + command.name + " » n'a pas été confirmée. / The command \"" + command.name +
                     "\" was not confirmed.";
    report.device = command.device;
    report.cause = command.cause;
    alerts->raise(std::move(report));
}

} // namespace atrium::devices
