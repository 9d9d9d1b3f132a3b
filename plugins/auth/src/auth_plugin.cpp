#include "auth_plugin.h"

#include "account_api.h"
#include "account_directory.h"
#include "atrium/executor.h"
#include "atrium/plugin_context.h"
#include "atrium/scheduler.h"
#include "atrium/services.h"
#include "atrium/settings.h"
#include "audit_api.h"
#include "auth_api.h"
#include "mqtt_api.h"
#include "oidc_api.h"
#include "rights_api.h"
#include "secret.h"
#include "user_api.h"

#include <filesystem>
#include <sstream>

namespace atrium::auth {

namespace {

constexpr std::chrono::hours expiryPeriod{1};
constexpr std::chrono::seconds workPeriod{1}; ///< what waits: audit entries, forgotten passwords
constexpr std::chrono::seconds brokerPeriod{5};

/// Mail domains, separated by commas.
std::vector<std::string> domainsOf(const std::string& setting)
{
    std::vector<std::string> domains;
    std::istringstream words(setting);
    for (std::string domain; std::getline(words, domain, ',');)
        if (auto key = emailKey(domain); !key.empty()) domains.push_back(std::move(key));
    return domains;
}

RegistrationPolicy policyOf(const Settings& settings)
{
    RegistrationPolicy policy;
    const auto who = settings.text("registration");
    policy.who = who == "closed"       ? RegistrationPolicy::Who::Nobody
                 : who == "invitation" ? RegistrationPolicy::Who::Invited
                                       : RegistrationPolicy::Who::Everybody;
    policy.domains = domainsOf(settings.text("registrationDomains"));
    const auto confirmation = settings.text("confirmation");
    policy.confirmation = confirmation == "everyone" ? RegistrationPolicy::Confirmation::Everybody
                          : confirmation == "names"  ? RegistrationPolicy::Confirmation::SplitNames
                                                     : RegistrationPolicy::Confirmation::Nobody;
    policy.newBalance = settings.integer("newBalance");
    return policy;
}

OidcSettings oidcSettings(const Settings& settings)
{
    return {settings.text("oidcIssuer"), settings.text("oidcClientId"), settings.text("oidcClientSecret"),
            settings.text("oidcRedirectUri"), settings.text("oidcAuthorityFile")};
}

OidcPolicy oidcPolicy(const Settings& settings)
{
    return {settings.text("oidcNewPeople") == "refuse" ? OidcPolicy::NewPeople::AreRefused
                                                       : OidcPolicy::NewPeople::GetAnAccount,
            domainsOf(settings.text("registrationDomains")), settings.integer("newBalance")};
}

Sessions::Options sessionOptions(const Settings& settings)
{
    return {std::chrono::hours{settings.integer("tokenHours")}, std::chrono::minutes{settings.integer("accessMinutes")},
            std::chrono::hours{24 * settings.integer("refreshDays")}};
}

} // namespace

/// In the order of their dependence; destroyed in reverse.
struct AuthPlugin::Parts {
    explicit Parts(PluginContext& context)
        : context(context), policy(static_cast<std::size_t>(context.settings().integer("minPasswordLength")),
                                   context.settings().text("commonPasswords")),
          passwords(static_cast<int>(context.settings().integer("bcryptCost"))),
          siteTime(context.settings().text("timeZone")), people(context.clock(), siteTime),
          repository(context.database()), sessionRepository(context.database()), apiTokens(context.database()),
          codes(context.database()), factors(context.database()), invitations(context.database()),
          rights(context.database()), table(tokens, people, context.clock()),
          sessions(sessionRepository, apiTokens, table, tokens, context.clock(), sessionOptions(context.settings())),
          audit(context.database(), context.clock(), context.log(), context.metrics()),
          signIn({repository, sessions, factors, codes, people, passwords, context.clock(), context.log(), audit,
                  findMailer()}),
          accounts({repository, invitations, codes, factors, sessions, table, people, tokens, passwords, policy, signIn,
                    context.clock(), context.log(), audit, findMailer()},
                   policyOf(context.settings())),
          oidc(oidcSettings(context.settings()), oidcPolicy(context.settings()),
               {repository, sessions, people, signIn, context.clock(), context.log(), audit, findMailer()}),
          directory(repository, accounts, people), hashing(hashingJobs, context.log(), context.metrics()),
          providerThread(providerJobs, context.log(), context.metrics()), forgotten(accounts, context.metrics()),
          authApi(accounts, signIn, hashing, forgotten),
          accountApi({accounts, repository, sessions, table, apiTokens, factors, people, context.clock(), findMailer(),
                      [this] { return std::filesystem::path(this->context.dataFolder()) / "avatars"; }},
                     hashing),
          userApi({accounts, repository, sessions, factors, context.clock()}, hashing),
          oidcApi(oidc, context.settings().text("oidcName"), providerThread),
          rightsApi({rights, repository, accounts, invitations, sessions, people, context.clock()}),
          auditApi(audit, [this] { return rotateKeys(); }),
          mqttAccounts(
              context.database(), people, context.devices(),
              [&context] { return context.services().find<BrokerAccounts>(); }, context.settings().text("topicPrefix")),
          mqttApi(mqttAccounts, context.devices(), context.clock())
    {}
    ~Parts() { stop(); }
    void stop()
    {
        hashing.stop();
        oidc.abort();
        providerThread.stop();
    }

    FindMailer findMailer() const
    {
        return [&context = context] { return context.services().find<Mailer>(); };
    }
    SigningKeys signingKeys() const
    {
        const auto& settings = context.settings();
        return {context.dataFolder(), settings.text("jwtSecret"), settings.text("jwtPreviousSecret")};
    }
    void loadKeys()
    {
        const auto& settings = context.settings();
        tokens.use(signingKeys().load(std::chrono::hours{settings.integer("tokenHours")}));
        const auto pepper = loadSecret(settings.text("passwordPepper"),
                                       std::filesystem::path(context.dataFolder()) / "password_pepper");
        passwords.use(pepper);
        // One secret to back up; what follows from it cannot be turned back.
        sessions.use(hmacSha256(pepper, "refresh-tokens"));
        codes.use(hmacSha256(pepper, "mailed-codes"));
        factors.use(hmacSha256(pepper, "second-factors"));
    }
    Result<void> rotateKeys()
    {
        const auto keys = signingKeys();
        if (!keys.canRotate())
            return makeError(ErrorCode::Conflict, {"La clé est fixée par la configuration (jwtSecret)",
                                                   "The key is set in the configuration (jwtSecret)"});
        keys.rotate();
        tokens.use(keys.load(std::chrono::hours{context.settings().integer("tokenHours")}));
        return {};
    }
    void tidy()
    {
        accounts.dropExpired();
        audit.deleteBefore(context.clock().now() - std::chrono::hours{24 * context.settings().integer("auditDays")});
    }

    PluginContext& context;
    PasswordPolicy policy;
    AccessToken tokens;
    PasswordHash passwords;
    SiteTime siteTime;
    People people;
    AccountRepository repository;
    SessionRepository sessionRepository;
    ApiTokenRepository apiTokens;
    CodeRepository codes;
    SecondFactorRepository factors;
    InvitationRepository invitations;
    RightsRepository rights;
    SessionTable table;
    Sessions sessions;
    AuditLog audit;
    SignIn signIn;
    AccountsService accounts;
    OidcSignIn oidc;
    AccountDirectory directory;
    JobThread hashing;
    JobThread providerThread;
    ForgottenPasswords forgotten;
    AuthApi authApi;
    AccountApi accountApi;
    UserApi userApi;
    OidcApi oidcApi;
    RightsApi rightsApi;
    AuditApi auditApi;
    MqttAccounts mqttAccounts;
    MqttApi mqttApi;
};

void AuthPlugin::configure(PluginContext& context)
{
    context_ = &context;
    parts_ = std::make_shared<Parts>(context);
    auto& services = context.services();
    // The services share ownership, so that a gate in the middle of a request outlives nothing.
    registrations_ += services.provide<Authenticator>(std::shared_ptr<Authenticator>(parts_, &parts_->table));
    registrations_ += services.provide<Accounts>(std::shared_ptr<Accounts>(parts_, &parts_->directory));
    registrations_ += services.provide<Audit>(std::shared_ptr<Audit>(parts_, &parts_->audit));
    auto& http = context.http();
    parts_->authApi.registerRoutes(http, registrations_);
    parts_->accountApi.registerRoutes(http, registrations_);
    parts_->userApi.registerRoutes(http, registrations_);
    parts_->oidcApi.registerRoutes(http, registrations_);
    parts_->rightsApi.registerRoutes(http, registrations_);
    parts_->auditApi.registerRoutes(http, registrations_);
    parts_->mqttApi.registerRoutes(http, registrations_);
    registrations_ += context.scheduler().every(
        expiryPeriod, [this] { context_->workers().post([parts = parts_] { parts->tidy(); }); });
    registrations_ += context.scheduler().every(workPeriod, [this] {
        context_->workers().post([parts = parts_] {
            parts->audit.flush();
            parts->forgotten.work();
        });
    });
    // Rights begin and end by themselves, and devices come and go: the broker is told within this time.
    registrations_ += context.scheduler().every(
        brokerPeriod, [this] { context_->workers().post([parts = parts_] { parts->mqttAccounts.apply(); }); });
}

void AuthPlugin::start()
{
    const auto& settings = context_->settings();
    parts_->loadKeys();
    parts_->people.setCatalog(context_->services().require<PermissionCatalog>());
    parts_->rightsApi.reload();
    parts_->accounts.ensureAdministrator(settings.text("adminEmail"), settings.text("adminPassword"));
    parts_->accounts.restore();
    parts_->mqttAccounts.apply();
    parts_->hashing.start();
    parts_->providerThread.start();
}

void AuthPlugin::stop(SteadyTime)
{
    parts_->stop();
    parts_->audit.flush();
}

} // namespace atrium::auth

ATRIUM_PLUGIN(atrium::auth::AuthPlugin, "auth", "1.0.0")
