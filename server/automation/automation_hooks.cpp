#include "automation/automation_errors.h"
#include "automation/automation_service.h"

namespace atrium::automation {

// The secrets of hooks: one for each name that a rule of an automation waits for, made when it is loaded first.

namespace {
bool waitsFor(const std::vector<RuleView>& rules, const std::string& name)
{
    for (const auto& rule : rules)
        for (const auto& trigger : rule.triggers)
            if (const auto* hook = std::get_if<WebhookTrigger>(&trigger); hook && hook->name == name) return true;
    return false;
}
} // namespace

std::string AutomationService::hookSecret(AutomationId id, const std::string& name) const
{
    const auto found = hookSecrets_.find({id, name});
    return found == hookSecrets_.end() ? std::string() : found->second;
}

void AutomationService::makeHookSecrets(AutomationId id, const std::vector<RuleView>& rules)
{
    for (const auto& rule : rules)
        for (const auto& trigger : rule.triggers)
            if (const auto* hook = std::get_if<WebhookTrigger>(&trigger);
                hook && !hookSecrets_.contains({id, hook->name}))
                storeHookSecret({id, hook->name, newHookSecret()}, [](Result<std::string>) {});
}

void AutomationService::renewHookSecret(AutomationId id, const std::string& name,
                                        std::function<void(Result<std::string>)> done)
{
    const auto* entry = find(id);
    if (!entry || !waitsFor(entry->rules, name))
        return done(makeError(ErrorCode::NotFound, {"Ce crochet n'existe pas", "There is no such hook"}));
    storeHookSecret({id, name, newHookSecret()}, std::move(done));
}

void AutomationService::storeHookSecret(HookSecret secret, std::function<void(Result<std::string>)> done)
{
    store(
        [store = store_, secret]() -> Result<AutomationId> {
            store->saveHookSecret(secret);
            return secret.automation;
        },
        [this, secret, done = std::move(done)](Result<AutomationId> saved) {
            if (!saved) return done(saved.error());
            hookSecrets_[{secret.automation, secret.name}] = secret.secret;
            done(secret.secret);
        });
}

} // namespace atrium::automation
