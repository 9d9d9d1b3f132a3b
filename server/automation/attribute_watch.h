#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/scheduler.h"
#include "automation/pending_hold.h"
#include "automation/reason.h"
#include "automation/threshold.h"
#include "automation/tracing.h"
#include "automation/trigger.h"

#include <functional>

namespace atrium::automation {

/// Whether a device can be reached, which scripts see as an attribute of this name unless it has one itself.
inline constexpr const char* onlineAttribute = "online";
Attribute onlineOf(const Device& device);

/// One attribute trigger of one rule: what of the changes it is told of starts the rule, and when. Thread: core.
///
/// A hold survives the server: it goes on after a restart if the value is still as wanted, and starts the rule at once
/// when its end has passed meanwhile. Of a device that cannot be reached the value is not known; then the first report
/// decides, and the time counts from where it began.
class AttributeWatch {
public:
    enum class Delay { None, Held };
    struct Handlers {
        /// With the trigger, which handlers need not keep therefore.
        std::function<void(const AttributeTrigger&, Object event, const Cause&, Delay)> fire;
        /// It nearly fired: why not, for the author.
        std::function<void(WhyNot)> skip;
        /// A hold or a quiet time began, was put off, or (empty) is over.
        std::function<void(const AttributeTrigger&, const std::optional<PendingHold>&)> keep;
    };
    /// Whether a value can be relied on.
    enum class Knowledge { Known, Unknown };
    /// How it stands, for people who ask.
    struct State {
        bool isCrossed = false;        ///< of thresholds
        bool isBeyond = false;         ///< the value that it saw last
        double rearmAt = 0;            ///< of thresholds
        std::optional<double> nearest; ///< of thresholds: the closest since loading or since the rule was started
        UtcTime nearestAt{};
        std::optional<UtcTime> due; ///< of a hold or quiet time that runs
        UtcTime began{};            ///< of the same
        bool isUnknown = false;     ///< it goes on with the first report
    };

    /// Scheduler and clock outlive it.
    AttributeWatch(AttributeTrigger trigger, Scheduler& scheduler, const Clock& clock, Handlers handlers);
    AttributeWatch(const AttributeWatch&) = delete; // its timers know where it is
    AttributeWatch& operator=(const AttributeWatch&) = delete;

    /// Takes the value at the time of loading. Nothing fires for it, but a hold that it began goes on; so does `kept`,
    /// what an earlier life of the trigger left.
    void begin(const Attribute& attribute, Object event, Knowledge knowledge, const PendingHold* kept);
    /// `event` is made only when it is needed.
    void change(const AttributeChanged& change, const std::function<Object()>& event, Tracing tracing);
    /// The device can be reached again, with this value.
    void confirm(const Attribute& attribute);
    const AttributeTrigger& trigger() const { return trigger_; }
    State state(const Value& value) const;

private:
    /// Whether this value starts the rule, and whether it ends what an earlier one began.
    struct Verdict {
        bool starts = false;
        bool ends = false;
    };
    Verdict judge(const Value& value);
    bool resumes(const Value& value);
    /// Goes on with what was kept, now that the value is known.
    void take(const PendingHold& kept, const Attribute& attribute);
    void wait(PendingHold hold);
    /// The time is over: what waits starts the rule.
    void start();
    void cutShort();
    /// Nothing is due any more.
    void rest();

    AttributeTrigger trigger_;
    Scheduler& scheduler_;
    const Clock& clock_;
    Handlers handlers_;
    std::optional<Threshold> threshold_;
    Subscription timer_; ///< of a hold or a quiet time that runs
    UtcTime began_{};
    UtcTime due_{};
    std::unique_ptr<PendingHold> unknown_; ///< goes on with the first report
    std::unique_ptr<PendingHold> waiting_; ///< for timer_
    bool spent_ = false;                   ///< the hold has started the rule, and the value is still so
    double nearest_;                       ///< NaN = none
    UtcTime nearestAt_{};
};

/// One silence trigger of one rule: looks when the next report is due at the latest. Fires once for each silence.
/// Thread: core.
class SilenceWatch {
public:
    SilenceWatch(SilenceTrigger trigger, const Devices& devices, Scheduler& scheduler, const Clock& clock,
                 std::function<void(UtcTime lastReport)> fire);
    SilenceWatch(const SilenceWatch&) = delete; // its timers know where it is
    SilenceWatch& operator=(const SilenceWatch&) = delete;

    struct State {
        UtcTime last{}; ///< report; epoch = none
        UtcTime due{};
        bool isTold = false; ///< the rule was started for this silence
    };
    State state() const;

private:
    void look();
    UtcTime lastReport() const;

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
