#include "notify_plugin.h"

#include "atrium/plugin_context.h"
#include "atrium/scheduler.h"
#include "atrium/services.h"
#include "atrium/settings.h"
#include "outbox.h"
#include "outbox_mailer.h"
#include "smtp_channel.h"

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

} // namespace

/// In the order of their dependence; destroyed in reverse.
struct NotifyPlugin::Parts {
    explicit Parts(PluginContext& context)
        : repository(context.database()), smtp(smtpOptions(context.settings())),
          mails(
              {"mail", std::chrono::hours{context.settings().integer("patienceHours")},
               context.settings().integer("outboxLimit")},
              smtp, repository, context.clock(), context.log(), context.metrics(),
              [&context](HealthState state, std::string reason) { context.health().report(state, std::move(reason)); }),
          hasMailServer(!context.settings().text("smtpHost").empty()), mailer(hasMailServer ? &mails : nullptr)
    {}

    OutboxRepository repository;
    SmtpChannel smtp;
    Outbox mails;
    const bool hasMailServer;
    OutboxMailer mailer;
};

void NotifyPlugin::configure(PluginContext& context)
{
    parts_ = std::make_shared<Parts>(context);
    registrations_ +=
        context.services().provide<Mailer>(std::shared_ptr<Mailer>(parts_, static_cast<Mailer*>(&parts_->mailer)));
    registrations_ += context.scheduler().every(tickPeriod, [this] { parts_->mails.tick(); });
    const auto& settings = context.settings();
    if (parts_->hasMailServer && settings.text("smtpTls") == "none" && !settings.text("smtpUser").empty())
        context.log().warning("the password of the mail server is sent without encryption (smtp.tls = none)");
}

void NotifyPlugin::start()
{
    if (parts_->hasMailServer) parts_->mails.start();
}

void NotifyPlugin::stop(SteadyTime) { parts_->mails.stop(); }

} // namespace atrium::notify

ATRIUM_PLUGIN(atrium::notify::NotifyPlugin, "notify", "1.0.0")
