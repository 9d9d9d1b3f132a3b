#pragma once

#include "atrium/subscription.h"

#include <memory>
#include <mutex>

namespace atrium::runtime {

/// Stands between a registry and one registered handler: after close() returned, the handler neither runs nor starts.
/// A handler may close its own gate. Thread: any.
class CallGate {
public:
    /// Runs `call` unless the gate is closed; false when it is.
    template <class Call>
    bool pass(Call&& call)
    {
        std::lock_guard lock(mutex_);
        if (closed_) return false;
        call();
        return true;
    }

    /// Waits for a running call on another thread.
    void close() noexcept
    {
        std::lock_guard lock(mutex_);
        closed_ = true;
    }

private:
    std::recursive_mutex mutex_;
    bool closed_ = false;
};

} // namespace atrium::runtime
