#pragma once

#include "atrium/executor.h"

namespace atrium::testing {

/// Runs each task at once on the calling thread, which always counts as its own; exceptions reach the test.
class ImmediateExecutor : public Executor {
public:
    bool post(std::function<void()> task) override
    {
        task();
        return true;
    }
    bool isCurrent() const override { return true; }
};

} // namespace atrium::testing
