#pragma once

#include "atrium/clock.h"
#include "atrium/database.h"
#include "atrium/ids.h"

#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace atrium::devices {

/// What a person said of a discovered device.
enum class Decision {
    New,      ///< nobody has said anything yet
    Accepted, ///< it belongs to the house
    Ignored,  ///< known, and not to be shown
};

/// `new`, `accepted`, `ignored`; and back.
const char* toString(Decision decision);
std::optional<Decision> parseDecision(std::string_view word);

/// Table `device_decisions`: in memory for those who only read, in the database for good. Reading never blocks; what
/// writes may. Thread: any.
class Decisions {
public:
    Decisions(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

    void restore();
    Decision of(DeviceId device) const;
    /// `New` takes back what was said before. All or none of them.
    void decide(const std::vector<DeviceId>& devices, Decision decision, UserId by);

private:
    Database& database_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::unordered_map<DeviceId, Decision> known_;
};

} // namespace atrium::devices
