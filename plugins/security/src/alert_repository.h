#pragma once

#include "alert.h"
#include "atrium/database.h"

#include <utility>
#include <vector>

namespace atrium::security {

struct AlertCounts {
    std::int64_t total = 0;
    std::int64_t unacknowledged = 0;
    std::int64_t critical = 0; ///< and not acknowledged
};

/// An alert after something happened to it.
using AlertChanges = std::vector<std::pair<AlertChange, Alert>>;

/// All SQL of alerts. On the disk on return. Thread: any that may block; raise() and clear() by one at a time. Throws
/// StorageError.
class AlertRepository {
public:
    explicit AlertRepository(Database& database) : database_(database) {}

    /// Adds an alert, or counts up the open one with its key.
    std::pair<AlertChange, Alert> raise(Alert alert);
    /// Clears the alert with this key, also when it was acknowledged before.
    AlertChanges clear(const std::string& key, UtcTime now);
    /// Clears what was quiet for its period and escalates what stayed open too long.
    AlertChanges applyTimes(UtcTime now);
    /// When applyTimes() has something to do next; empty = never.
    std::optional<UtcTime> nextTime();
    /// The alert, and whether this call acknowledged it; empty when there is none.
    std::optional<std::pair<bool, Alert>> acknowledge(AlertId id, UserId user, UtcTime now);
    /// Newest first.
    std::vector<Alert> newest(std::int64_t limit);
    AlertCounts counts();
    /// Forgets alerts that ended before then, at most some thousand at a time. Returns how many.
    std::int64_t prune(UtcTime before);

private:
    Database& database_;
};

} // namespace atrium::security
