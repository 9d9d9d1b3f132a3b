#pragma once

#include "atrium/device.h"
#include "atrium/ids.h"

#include <chrono>
#include <string>

namespace atrium {

/// How much an alert matters; weakest first. The words of the API are `info`, `warning`, `critical`.
enum class Severity { Info, Warning, Critical };

/// Something that a person should know. Raising the same `key` again while it is open counts up and does not repeat. An
/// alert is open until it is cleared or a person acknowledges it.
struct AlertReport {
    std::string key; ///< what makes it one alert, e.g. `command-failed:12:power`
    Severity severity = Severity::Warning;
    std::string type;    ///< `command_failed`, `device_offline`, `motion`, ...
    std::string title;   ///< one line for people
    std::string message; ///< what happened and what can be done
    DeviceId device;     ///< none = not about a device
    Cause cause;
    std::chrono::microseconds clearAfterQuiet{0}; ///< cleared when not raised again for so long; 0 = only by clear()
    std::chrono::microseconds escalateAfter{0};   ///< critical when still open after so long; 0 = stays as it is
};

/// The house's alerts; provided by the plugin `security`, raised by every other.
class Alerts {
public:
    static constexpr const char* serviceName = "alerts/1";
    virtual ~Alerts() = default;

    /// Never blocks: queued (bounded at 1,000; overflow drops the report, counts and logs it). Thread: any.
    virtual void raise(AlertReport report) = 0;
    /// Says that the reason of an alert is gone; unknown keys are ignored. Thread: any.
    virtual void clear(const std::string& key) = 0;
};

} // namespace atrium
