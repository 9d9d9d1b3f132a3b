#include "notify_plugin.h"

#include "atrium/plugin_context.h"
#include "atrium/scheduler.h"
#include "atrium/services.h"
#include "atrium/settings.h"
#include "outbox.h"
#include "outbox_mailer.h"
#include "rule_messages.h"
#include "smtp_channel.h"
#include "webhook_channel.h"

#include <optional>
#include <stdexcept>

namespace atrium::notify {

namespace {

constexpr std::chrono::seconds tickPeriod{1};

Mailbox senderOf(const Settings& settings)
{
    const auto given = settings.text("smtpFrom");
    if (const auto from = parseMailbox(given)) return *from;
    if (!given.empty()) throw std::invalid_argument("smtp.from is no sender: " + given);
    const auto user = settings.text("smtpUser");
    return {"Atrium", isMailAddress(user) ? user : "atrium@localhost"};
}

SmtpOptions smtpOptions(const Settings& settings)
{
    const auto tls = settings.text("smtpTls");
    SmtpOptions options;
    options.host = settings.text("smtpHost");
    options.port = static_cast<int>(settings.integer("smtpPort"));
    options.protection = tls == "none"  ? SmtpProtection::None
                         : tls == "tls" ? SmtpProtection::Tls
                                        : SmtpProtection::StartTls;
    options.authorityFile = settings.text("smtpCa");
    options.user = settings.text("smtpUser");
    options.password = settings.text("smtpPassword");
    options.from = senderOf(settings);
    return options;
}

OutboxOptions outboxOptions(const char* channel, const Settings& settings)
{
    return {channel, std::chrono::hours{settings.integer("patienceHours")}, settings.integer("outboxLimit")};
}

} // namespace

/// In the order of their dependence; destroyed in reverse.
struct NotifyPlugin::Parts {
    explicit Parts(PluginContext& context)
        : repository(context.database()), smtp(smtpOptions(context.settings())),
          policy(makeWebhookPolicy(context.settings().text("webhookHosts"),
                                   context.settings().boolean("webhookPrivateAddresses")
                                       ? outgoing::PrivateAddresses::Allowed
                                       : outgoing::PrivateAddresses::Refused)),
          webhook({context.settings().text("webhookSecret"), context.settings().text("webhookCa")}, policy,
                  context.clock()),
          mails(outboxOptions("mail", context.settings()), smtp, repository, context.clock(), context.log(),
                context.metrics(), healthOf(context)),
          webhooks(outboxOptions("webhook", context.settings()), webhook, repository, context.clock(), context.log(),
                   context.metrics(), healthOf(context)),
          hasMailServer(!context.settings().text("smtpHost").empty()), mailer(hasMailServer ? &mails : nullptr),
          rules({context.workers(), context.scheduler(), context.log(), mailer, webhooks, policy, context.clock(),
                 [&context] { return context.services().find<Accounts>(); }})
    {}

    static std::function<void(HealthState, std::string)> healthOf(PluginContext& context)
    {
        return [&context](HealthState state, std::string reason) { context.health().report(state, std::move(reason)); };
    }

    OutboxRepository repository;
    SmtpChannel smtp;
    outgoing::WebPolicy policy;
    WebhookChannel webhook;
    Outbox mails;
    Outbox webhooks;
    const bool hasMailServer;
    OutboxMailer mailer;
    RuleMessages rules;
};

void NotifyPlugin::configure(PluginContext& context)
{
    parts_ = std::make_shared<Parts>(context);
    registrations_ +=
        context.services().provide<Mailer>(std::shared_ptr<Mailer>(parts_, static_cast<Mailer*>(&parts_->mailer)));
    registrations_ += context.automation().addModule(parts_->rules.module());
    registrations_ += context.scheduler().every(tickPeriod, [this] {
        parts_->mails.tick();
        parts_->webhooks.tick();
    });
    const auto& settings = context.settings();
    if (parts_->hasMailServer && settings.text("smtpTls") == "none" && !settings.text("smtpUser").empty())
        context.log().warning("the password of the mail server is sent without encryption (smtp.tls = none)");
}

void NotifyPlugin::start()
{
    if (parts_->hasMailServer) parts_->mails.start();
    parts_->webhooks.start();
}

void NotifyPlugin::stop(SteadyTime)
{
    parts_->mails.stop();
    parts_->webhooks.stop();
}

} // namespace atrium::notify

ATRIUM_PLUGIN(atrium::notify::NotifyPlugin, "notify", "1.0.0")
