#pragma once

#include "automation/dispatcher.h"
#include "automation/explanation.h"
#include "automation/runner.h"

namespace atrium::automation {

/// Finds out why the triggers of a loaded automation do not fire: nothing of this is recorded, it is computed when
/// somebody asks. Thread: core; made for one question.
class Explainer {
public:
    struct Subject {
        AutomationId automation;
        std::uint32_t instance = 0;
        const std::vector<RuleView>& rules;
        bool isArmed = true;
        /// Why the author of a rule may not know of a device; empty = he may.
        std::function<std::optional<Text>(const RuleView&, DeviceId)> hides;
    };

    Explainer(const Devices& devices, const Surroundings& surroundings, const Clock& clock,
              const Dispatcher& dispatcher, const Runner& runner, const RunLog& runLog)
        : devices_(devices), surroundings_(surroundings), clock_(clock), dispatcher_(dispatcher), runner_(runner),
          runLog_(runLog)
    {}

    /// One a rule; tests are none.
    std::vector<RuleExplanation> explain(const Subject& subject) const;

private:
    std::vector<Reason> outcomeOf(const RunRecord& run, RuleKey key) const;
    TriggerExplanation explain(const Subject& subject, RuleKey key, std::uint32_t position,
                               const std::vector<TriggerState>& states) const;
    std::vector<Reason> ofAttribute(const AttributeTrigger& trigger, const TriggerState& state) const;
    std::vector<Reason> ofSelection(const Subject& subject, const RuleView& rule, const SelectedTrigger& trigger,
                                    const std::vector<const TriggerState*>& members) const;
    Reason ofSilence(const std::string& what, const TriggerState& state) const;
    Reason ofTopic(const MqttTrigger& trigger, const TriggerState& state) const;
    Reason ofEvent(const std::string& name) const;
    std::vector<Reason> ofSchedule(const ScheduleTrigger& trigger) const;

    const Devices& devices_;
    const Surroundings& surroundings_;
    const Clock& clock_;
    const Dispatcher& dispatcher_;
    const Runner& runner_;
    const RunLog& runLog_;
};

} // namespace atrium::automation
