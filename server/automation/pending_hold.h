#pragma once

#include "atrium/device.h"
#include "automation/messages.h"

#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace atrium::automation {

/// Where a trigger with a hold or a quiet time stands: what starts the rule when its time has come. A trigger with a
/// hold is always known, so that after a crash nobody has to guess whether it has dealt with a value.
struct PendingHold {
    UtcTime began{};
    UtcTime due{}; ///< epoch = nothing is
    Object event;  ///< of the run
    Cause cause;

    bool isDue() const { return due != UtcTime{}; }
    /// The rule was started: nothing is due until the value has been otherwise.
    bool isSpent() const { return !isDue() && began != UtcTime{}; }
    /// It waits for the value to become as wanted.
    bool isArmed() const { return !isDue() && began == UtcTime{}; }
};

/// Which hold: one a trigger of a rule and device. A text that says the same trigger again goes on with it.
struct HoldKey {
    AutomationId automation;
    std::string rule;
    std::string trigger; ///< fingerprint of the trigger, its device included
    auto operator<=>(const HoldKey&) const = default;
};

/// A hold as it is to be stored; empty = there is none any more.
struct HoldChange {
    HoldKey key;
    std::optional<PendingHold> hold;
};

/// 16 hexadecimal digits.
std::string fingerprintOf(const AttributeTrigger& trigger);

/// Where the triggers of one wait_for stand, by fingerprint.
using WaitHolds = std::map<std::string, PendingHold>;
/// As the journal keeps them.
Value toValue(const WaitHolds& holds);
WaitHolds toWaitHolds(const Value& value);

/// The holds of all rules, those of an earlier life of the server included. Thread: core.
class PendingHolds {
public:
    void restore(std::vector<HoldChange> holds)
    {
        for (auto& change : holds)
            if (change.hold) holds_[std::move(change.key)] = std::move(*change.hold);
    }
    const PendingHold* of(const HoldKey& key) const
    {
        const auto found = holds_.find(key);
        return found == holds_.end() ? nullptr : &found->second;
    }
    void put(const HoldChange& change)
    {
        if (change.hold) holds_[change.key] = *change.hold;
        else holds_.erase(change.key);
    }
    /// Of one automation, those that `unwanted` names: they are gone and returned.
    template <class Unwanted>
    std::vector<HoldKey> take(AutomationId automation, Unwanted unwanted)
    {
        std::vector<HoldKey> taken;
        for (auto hold = holds_.lower_bound({automation, {}, {}});
             hold != holds_.end() && hold->first.automation == automation;) {
            if (!unwanted(hold->first)) {
                ++hold;
                continue;
            }
            taken.push_back(hold->first);
            hold = holds_.erase(hold);
        }
        return taken;
    }
    std::vector<HoldChange> list() const
    {
        std::vector<HoldChange> list;
        for (const auto& [key, hold] : holds_) list.push_back({key, hold});
        return list;
    }

private:
    std::map<HoldKey, PendingHold> holds_;
};

} // namespace atrium::automation
