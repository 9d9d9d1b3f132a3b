#include "automation/core_answer.h"

#include "automation/automation_errors.h"

namespace atrium::automation {

AutomationId idOf(const HttpRequest& request) { return AutomationId{request.idParameter("id")}; }

UserId authorOf(const Principal& who) { return who.user.value > 0 ? who.user : UserId{}; }

void answerOnCore(Executor& core, HttpAnswer answer, std::function<void(const HttpAnswer&)> work)
{
    const bool posted = core.post([answer, work = std::move(work)] {
        try {
            work(answer);
        }
        catch (...) {
            answer(makeError(ErrorCode::Internal));
            throw;
        }
    });
    if (!posted) answer(busy());
}

} // namespace atrium::automation
