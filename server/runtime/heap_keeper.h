#pragma once

#include "atrium/executor.h"
#include "atrium/scheduler.h"

#include <cstddef>

namespace atrium::runtime {

/// Gives memory back to the system that glibc keeps after a burst: thousands of devices that announce themselves leave
/// holes everywhere, of which malloc returns none by itself. Looks every few seconds, and works only when the process
/// has grown since it last did, so that a house at rest pays nothing. Thread: core.
class HeapKeeper {
public:
    /// All outlive the keeper.
    HeapKeeper(Scheduler& scheduler, Executor& workers);

private:
    void look();

    Executor& workers_;
    std::size_t expected_; ///< bytes; above them it is worth it
    Subscription timer_;
};

/// Memory of this process that is resident now; 0 when the system does not say. Thread: any.
std::size_t residentBytes();

} // namespace atrium::runtime
