#pragma once

#include "atrium/ids.h"

#include <cstdint>
#include <string>

namespace atrium::automation {

/// How often a rule failed in a row, for `disable_after`. Another version of the text begins anew.
struct FailureCount {
    AutomationId automation;
    std::string rule;
    std::string version;
    std::uint32_t failures = 0; ///< 0 = there is nothing to store
};

} // namespace atrium::automation
