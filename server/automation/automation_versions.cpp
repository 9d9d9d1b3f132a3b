#include "automation/automation_errors.h"
#include "automation/automation_service.h"

#include <algorithm>

namespace atrium::automation {

// Versions of automations that were saved over REST. Going back is saving the older text anew: who goes back answers
// for it, and nothing is lost.

namespace {
Error unknownVersion()
{
    return makeError(ErrorCode::NotFound, {"Cette version n'existe pas", "There is no such version"});
}
} // namespace

void AutomationService::versions(AutomationId id, std::function<void(Result<std::vector<AutomationVersion>>)> done)
{
    if (!find(id)) return done(unknownAutomation());
    auto versions = std::make_shared<std::vector<AutomationVersion>>();
    store(
        [store = store_, id, versions]() -> Result<AutomationId> {
            *versions = store->versions(id);
            return id;
        },
        [versions, done = std::move(done)](Result<AutomationId> read) {
            if (!read) return done(read.error());
            done(std::move(*versions));
        });
}

void AutomationService::rollBack(AutomationId id, std::optional<std::int64_t> number, UserId author, Saved done)
{
    versions(id, [this, id, number, author, done](Result<std::vector<AutomationVersion>> versions) {
        if (!versions) return done(versions.error());
        const auto wanted = std::find_if(versions->begin(), versions->end(), [&](const AutomationVersion& version) {
            return number ? version.number == *number : &version != &versions->front();
        });
        if (wanted == versions->end()) return done(unknownVersion());
        saveSource(id, wanted->name, wanted->source, author, done);
    });
}

} // namespace atrium::automation
