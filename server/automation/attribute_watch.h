#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/scheduler.h"
#include "automation/threshold.h"
#include "automation/trigger.h"

#include <functional>

namespace atrium::automation {

/// Whether a device can be reached, which scripts see as an attribute of this name unless it has one itself.
inline constexpr const char* onlineAttribute = "online";
Attribute onlineOf(const Device& device);

/// One attribute trigger of one rule: what of the changes it is told of starts the rule, and when. Thread: core.
class AttributeWatch {
public:
    struct Handlers {
        std::function<void(Object event, const Cause&)> fire;
        /// It nearly fired: why not, for the author.
        std::function<void(const std::string& reason)> skip;
    };

    AttributeWatch(AttributeTrigger trigger, Scheduler& scheduler, Handlers handlers);
    AttributeWatch(const AttributeWatch&) = delete; // its timers know where it is
    AttributeWatch& operator=(const AttributeWatch&) = delete;

    /// Takes the value at the time of loading. Nothing fires for it, but a hold that it began goes on.
    void begin(const Attribute& attribute, Object event, UtcTime now);
    /// `event` is made only when it is needed.
    void change(const AttributeChanged& change, const std::function<Object()>& event);
    const AttributeTrigger& trigger() const { return trigger_; }

private:
    /// Whether this value starts the rule, and whether it ends what an earlier one began.
    struct Verdict {
        bool starts = false;
        bool ends = false;
    };
    Verdict judge(const Value& value);
    void fireAfter(std::chrono::microseconds delay, Object event, Cause cause);

    AttributeTrigger trigger_;
    Scheduler& scheduler_;
    Handlers handlers_;
    std::optional<Threshold> threshold_;
    Subscription timer_; ///< of a hold or a quiet time that runs
};

/// One silence trigger of one rule: looks when the next report is due at the latest. Fires once for each silence.
/// Thread: core.
class SilenceWatch {
public:
    SilenceWatch(SilenceTrigger trigger, const Devices& devices, Scheduler& scheduler, const Clock& clock,
                 std::function<void(UtcTime lastReport)> fire);
    SilenceWatch(const SilenceWatch&) = delete; // its timers know where it is
    SilenceWatch& operator=(const SilenceWatch&) = delete;

private:
    void look();

    const SilenceTrigger trigger_;
    const Devices& devices_;
    Scheduler& scheduler_;
    const Clock& clock_;
    std::function<void(UtcTime)> fire_;
    const UtcTime begin_; ///< what was never reported is missed from here on
    UtcTime told_{};      ///< the report after which the silence was told
    Subscription timer_;
};

} // namespace atrium::automation
