#pragma once

#include "atrium/ids.h"
#include "atrium/services/alerts.h"
#include "atrium/time.h"
#include "atrium/value.h"
#include "sensor.h"

#include <optional>
#include <string>
#include <string_view>

namespace atrium::security {

using AlertId = Id<struct AlertTag>;

/// One alert as it is kept. Open until it is cleared or acknowledged; a time that has not come is the epoch.
struct Alert {
    AlertId id;
    AlertReport report; ///< as it was raised last; the severity may have grown
    SensorId sensor;
    std::string source; ///< name of the sensor or device
    std::string location;
    std::int64_t occurrences = 1;
    UtcTime raisedAt{};
    UtcTime lastAt{};
    UtcTime clearedAt{};
    UtcTime acknowledgedAt{};
    UserId acknowledgedBy;

    bool isOpen() const { return clearedAt == UtcTime{} && acknowledgedAt == UtcTime{}; }
};

/// What happened to an alert.
enum class AlertChange { Raised, Repeated, Escalated, Cleared, Acknowledged };

const char* toString(AlertChange change);
const char* toString(Severity severity);
/// `info`, `warning`, `critical`; `major` is a warning too. Empty for other words.
std::optional<Severity> parseSeverity(std::string_view word);

/// Cuts and cleans the texts of a report to what the table holds.
void fit(Alert& alert);

/// The alert as clients see it.
Object toView(const Alert& alert);

} // namespace atrium::security
