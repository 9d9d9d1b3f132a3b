#include "automation/automation_errors.h"
#include "automation/automation_service.h"
#include "automation/reasons.h"

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

void AutomationService::explainVersion(AutomationId id, Explanation told, std::function<void(Result<Explanation>)> done)
{
    versions(id, [told = std::move(told), done](const Result<std::vector<AutomationVersion>>& versions) mutable {
        if (!versions || versions->empty()) return done(std::move(told));
        const auto& newest = versions->front();
        // The text before it was another one: the same text saved twice is no older one.
        const auto older = std::find_if(versions->begin() + 1, versions->end(),
                                        [&](const auto& version) { return version.source == newest.source; });
        const bool hasRun = std::any_of(told.rules.begin(), told.rules.end(), [&](const RuleExplanation& rule) {
            return rule.lastRun && *rule.lastRun >= newest.savedAt;
        });
        if (older != versions->end() && older != versions->begin() + 1 && !hasRun)
            told.reasons.push_back(reasons::rolledBack(newest.number, older->number, newest.savedAt, told.at));
        done(std::move(told));
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
