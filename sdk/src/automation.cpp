#include "atrium/automation.h"

#include <memory>

namespace atrium {

AutomationFunction::Done answerWithin(std::chrono::microseconds patience, Scheduler& scheduler,
                                      AutomationFunction::Done done)
{
    const auto timer = std::make_shared<Subscription>(scheduler.after(patience, [done] { done(Value(true)); }));
    return [done = std::move(done), timer](Result<Value> answer) {
        timer->reset();
        done(std::move(answer)); // the second one is ignored
    };
}

} // namespace atrium
