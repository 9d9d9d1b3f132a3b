#pragma once

#include "outbox.h"

#include "atrium/automation.h"
#include "atrium/executor.h"
#include "atrium/outgoing/web_policy.h"
#include "atrium/scheduler.h"
#include "atrium/services/accounts.h"
#include "atrium/services/mailer.h"

#include <functional>
#include <memory>
#include <optional>

namespace atrium::notify {

/// What a rule wants to be told to whom.
struct RuleMessage {
    std::vector<std::string> addresses; ///< mail
    std::vector<UserId> users;
    std::vector<std::string> people; ///< e-mail addresses of accounts
    std::vector<std::string> roles;  ///< built-in ones and those of the site
    std::vector<std::string> webhooks;
    std::string title;
    std::string text;
    Value data;
    std::string rule;
    std::string key; ///< of the step that asks: what it asks for again after a crash goes out once
};

/// Reads `notify.send{ to = ..., channel = ..., url = ..., text = ... }`. `to` is the number of an account, an address,
/// `role "admin"`, `user "ada@example.org"`, or a list of these; `channel` is "mail" (the default), "webhook" or both
/// in a list. Errors: InvalidArgument with what is wrong.
Result<RuleMessage> readRuleMessage(const AutomationCall& call);

/// Messages of rules: read on core, addressed and kept on the worker pool. The rule goes on when the outbox has them on
/// the disk, with the reason if it refused one, and after two seconds all the same: what a rule does next must not wait
/// for a database that is away.
class RuleMessages {
public:
    struct Services {
        Executor& workers;
        Scheduler& scheduler;
        Log& log;
        Mailer& mailer;
        Outbox& webhooks;
        const outgoing::WebPolicy& policy;
        const Clock& clock;
        std::function<std::shared_ptr<Accounts>()> accounts; ///< null = no accounts
    };
    explicit RuleMessages(Services services) : services_(std::move(services)) {}

    /// What rules see as `notify`. Must not outlive this.
    AutomationModule module();

private:
    /// Thread: core.
    void send(const AutomationCall& call, AutomationFunction::Done done);
    /// All that can be kept; the last refusal. Blocks.
    Result<void> keep(const RuleMessage& message);
    Result<void> mail(const RuleMessage& message, const std::string& address);
    std::vector<std::string> addressesOf(const RuleMessage& message) const;

    const Services services_;
};

} // namespace atrium::notify
