#include "auth_plugin.h"

#include "atrium/executor.h"
#include "atrium/plugin_context.h"
#include "atrium/scheduler.h"
#include "atrium/services.h"
#include "atrium/settings.h"
#include "secret.h"

#include <filesystem>

namespace atrium::auth {

namespace {
constexpr std::chrono::hours expiryPeriod{1};
}

/// In the order of their dependence; destroyed in reverse.
struct AuthPlugin::Parts {
    explicit Parts(PluginContext& context)
        : passwords(static_cast<int>(context.settings().integer("bcryptCost"))), repository(context.database()),
          sessions(tokens, context.clock()),
          accounts(repository, sessions, tokens, passwords, context.clock(), context.log(), options(context)),
          hashing(context.log(), context.metrics()), api(accounts, hashing)
    {}
    ~Parts() { hashing.stop(); }

    static AccountsService::Options options(PluginContext& context)
    {
        const auto& settings = context.settings();
        return {settings.text("registration") == "closed" ? RegistrationPolicy::Closed : RegistrationPolicy::Open,
                std::chrono::hours{settings.integer("tokenHours")}};
    }

    AccessToken tokens;
    PasswordHash passwords;
    AccountRepository repository;
    SessionTable sessions;
    AccountsService accounts;
    HashingThread hashing;
    AuthApi api;
};

void AuthPlugin::configure(PluginContext& context)
{
    context_ = &context;
    parts_ = std::make_shared<Parts>(context);
    // The service shares ownership, so that a gate in the middle of a request outlives nothing.
    registrations_ += context.services().provide<Authenticator>(
        std::shared_ptr<Authenticator>(parts_, static_cast<Authenticator*>(&parts_->sessions)));
    parts_->api.registerRoutes(context.http(), registrations_);
    registrations_ += context.scheduler().every(expiryPeriod, [this] {
        context_->workers().post([parts = parts_] { parts->accounts.dropExpiredSessions(); });
    });
}

void AuthPlugin::start()
{
    const auto& settings = context_->settings();
    const std::filesystem::path folder = context_->dataFolder();
    parts_->tokens.use(loadSecret(settings.text("jwtSecret"), folder / "jwt_secret"));
    parts_->passwords.use(loadSecret(settings.text("passwordPepper"), folder / "password_pepper"));
    parts_->sessions.setCatalog(context_->services().require<PermissionCatalog>());
    parts_->accounts.ensureAdministrator(settings.text("adminEmail"), settings.text("adminPassword"));
    parts_->accounts.restoreSessions();
    parts_->hashing.start();
}

void AuthPlugin::stop(SteadyTime) { parts_->hashing.stop(); }

} // namespace atrium::auth

ATRIUM_PLUGIN(atrium::auth::AuthPlugin, "auth", "1.0.0")
