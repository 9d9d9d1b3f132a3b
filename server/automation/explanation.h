#pragma once

#include "automation/messages.h"
#include "automation/run_log.h"

#include <optional>
#include <string>
#include <vector>

namespace atrium::automation {

/// Why the rules of an automation do not run now, told when somebody asks.
struct TriggerExplanation {
    std::string kind;
    std::string what;            ///< as a script says it: `hall/thermo.temperature:above(25):holds "3m"`
    std::vector<Reason> reasons; ///< what it waits for; what matters most comes first
};

struct RuleExplanation {
    std::string rule;
    std::int64_t line = 0;
    std::vector<Reason> obstacles; ///< that would turn a trigger away now
    std::vector<TriggerExplanation> triggers;
    std::vector<ConditionState> conditions;
    bool conditionsKnown = false; ///< the script host told how they stand
    std::vector<SkipRecord> notRun;
    std::optional<UtcTime> lastRun;  ///< when the newest run that is known of began
    std::vector<Reason> lastOutcome; ///< what was wrong with it
};

struct Explanation {
    UtcTime at{};
    std::vector<Reason> reasons; ///< about all rules
    std::vector<RuleExplanation> rules;
};

Object toObject(const Reason& reason, Language language);
/// With `causes`, the reasons of a rule in the order in which somebody should look at them.
Object toObject(const Explanation& explanation, Language language);

} // namespace atrium::automation
