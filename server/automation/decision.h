#pragma once

#include "automation/pending_hold.h"
#include "automation/schedule_mark.h"

namespace atrium::automation {

/// What is settled when a run begins, or is turned away: stored in one transaction with the run, so that no crash loses
/// or doubles it.
struct Decision {
    std::optional<ScheduleMark> mark; ///< the instants of a schedule up to here
    std::optional<HoldChange> hold;   ///< that came to its end

    bool isEmpty() const { return !mark && !hold; }
};

} // namespace atrium::automation
