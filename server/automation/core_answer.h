#pragma once

#include "atrium/executor.h"
#include "atrium/http.h"

#include <functional>

namespace atrium::automation {

// What every route about automations does. Thread: any.

AutomationId idOf(const HttpRequest& request);
/// Whose rights the rules of a text get that somebody sends. The operator's tool speaks for the site.
UserId authorOf(const Principal& who);
/// Runs `work` on core; it answers there, now or later. When it throws, the answer is Internal and core's log tells
/// why; when core's queue is full, the answer is busy().
void answerOnCore(Executor& core, HttpAnswer answer, std::function<void(const HttpAnswer&)> work);

} // namespace atrium::automation
