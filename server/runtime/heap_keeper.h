#pragma once

#include "atrium/executor.h"
#include "atrium/scheduler.h"

#include <atomic>
#include <cstddef>
#include <memory>

namespace atrium::runtime {

/// Gives memory back to the system that glibc keeps after a burst: thousands of devices that announce themselves leave
/// holes everywhere, of which malloc returns none by itself. Looks every few seconds, works when the process has grown
/// since it last did, and then again as long as that brings something: a burst is over only when its queues are empty.
/// A house at rest pays nothing. Thread: core.
class HeapKeeper {
public:
    /// All outlive the keeper.
    HeapKeeper(Scheduler& scheduler, Executor& workers);

private:
    void look();

    /// What the worker leaves behind.
    struct Outcome {
        std::atomic<std::size_t> expected; ///< bytes that are resident; above them it is worth it
        std::atomic<bool> isWorthwhile{false};
        std::atomic<bool> runs{false};
    };

    Executor& workers_;
    const std::shared_ptr<Outcome> outcome_;
    Subscription timer_;
};

/// Memory of this process that is resident now; 0 when the system does not say. Thread: any.
std::size_t residentBytes();

} // namespace atrium::runtime
