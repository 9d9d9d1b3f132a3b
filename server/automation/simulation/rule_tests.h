#pragma once

#include "automation/simulation/world.h"

namespace atrium::automation {

struct RuleTestResult {
    std::string name;
    std::int64_t line = 0;
    bool passed = false;
    std::string message; ///< why not, with `file:line:`
};

/// Runs the tests of an automation's text, each in a world of its own that begins as `plan` says. Error: Unprocessable
/// when the text does not load. Thread: any that may block.
Result<std::vector<RuleTestResult>> runRuleTests(const WorldPlan& plan, const std::string& name,
                                                 const std::string& source);

} // namespace atrium::automation
