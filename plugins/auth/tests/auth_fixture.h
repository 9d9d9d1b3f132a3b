#pragma once

#include "auth_plugin.h"

#include "account_repository.h"
#include "atrium/http.h"
#include "atrium/json.h"
#include "atrium/services/accounts.h"
#include "atrium/services/mailer.h"
#include "session_repository.h"
#include "testing/fake_plugin_context.h"
#include "testing/temp_database.h"

#include <gtest/gtest.h>

namespace atrium::auth {

using namespace std::chrono_literals;

class Catalog : public PermissionCatalog {
public:
    std::shared_ptr<const std::set<Permission, std::less<>>> permissionsOf(Role role) const override
    {
        auto permissions = std::make_shared<std::set<Permission, std::less<>>>();
        if (role >= Role::User) permissions->insert("devices.control");
        if (role >= Role::Admin) permissions->insert({"accounts.manage", "audit.read", "devices.manage"});
        return permissions;
    }
};

class RecordingMailer : public Mailer {
public:
    bool isConfigured() const override { return true; }
    Result<void> send(Mail mail) override
    {
        std::lock_guard lock(mutex_);
        mails_.push_back(std::move(mail));
        return {};
    }
    std::vector<Mail> mails() const
    {
        std::lock_guard lock(mutex_);
        return mails_;
    }
    /// The six digits of the last mail.
    std::string code() const
    {
        const auto all = mails();
        if (all.empty()) return "no mail";
        const auto& text = all.back().text;
        for (std::size_t i = 0; i + 6 <= text.size(); ++i)
            if (std::all_of(text.begin() + static_cast<long>(i), text.begin() + static_cast<long>(i) + 6,
                            [](unsigned char c) { return std::isdigit(c) != 0; }))
                return text.substr(i, 6);
        return "no code";
    }

private:
    mutable std::mutex mutex_;
    std::vector<Mail> mails_;
};

class AuthPluginTest : public ::testing::Test {
protected:
    AuthPluginTest()
    {
        context.settings()
            .set("registration", "open")
            .set("jwtSecret", "")
            .set("passwordPepper", "")
            .set("tokenHours", 168)
            .set("bcryptCost", 4)
            .set("adminEmail", "")
            .set("adminPassword", "")
            .set("registrationDomains", "")
            .set("confirmation", "off")
            .set("newBalance", 0)
            .set("minPasswordLength", 6)
            .set("commonPasswords", "")
            .set("jwtPreviousSecret", "")
            .set("accessMinutes", 15)
            .set("refreshDays", 30)
            .set("auditDays", 365)
            .set("oidcIssuer", "")
            .set("oidcClientId", "")
            .set("oidcClientSecret", "")
            .set("oidcRedirectUri", "")
            .set("oidcName", "")
            .set("oidcNewPeople", "create")
            .set("oidcAuthorityFile", "")
            .set("topicPrefix", "aurion")
            .set("timeZone", "Europe/Paris");
        catalog = context.services().provide<PermissionCatalog>(std::make_shared<Catalog>());
    }
    void start()
    {
        plugin.reset();
        plugin = std::make_unique<AuthPlugin>();
        plugin->configure(context);
        plugin->start();
    }
    void stop()
    {
        plugin->stop(context.clock().steadyNow() + 5s);
        plugin.reset();
    }
    Result<HttpResponse> get(const std::string& path, const std::string& token = {})
    {
        return send(HttpMethod::Get, path, {}, token);
    }
    Result<HttpResponse> remove(const std::string& path, const std::string& token)
    {
        return send(HttpMethod::Delete, path, {}, token);
    }
    Result<HttpResponse> put(const std::string& path, const char* json, const std::string& token)
    {
        return send(HttpMethod::Put, path, parseJson(json).value(), token);
    }
    Result<HttpResponse> post(const std::string& path, const char* json, const std::string& token = {})
    {
        return send(HttpMethod::Post, path, json ? parseJson(json).value() : Value(), token);
    }
    /// As the server does it: the gate asks the authenticator for routes that are not public.
    Result<HttpResponse> send(HttpMethod method, const std::string& path, Value body, const std::string& token)
    {
        testing::FakeRequest request;
        request.method = method;
        request.path = path;
        request.body = std::move(body);
        if (!token.empty()) {
            request.headers.emplace_back("authorization", "Bearer " + token);
            if (const auto principal = authenticate(token)) request.principal = *principal;
        }
        return context.http().send(request);
    }
    Result<Principal> authenticate(const std::string& token)
    {
        return context.services().require<Authenticator>()->authenticate(token);
    }
    static Value json(const Result<HttpResponse>& response) { return parseJson(response.value().body).value(); }
    std::string tokenOf(const char* registration)
    {
        return json(post("/api/auth/register", registration)).textOr("token", "");
    }
    static std::string problem(const Result<HttpResponse>& response)
    {
        if (response.ok()) return "answered " + std::to_string(response->status);
        const auto& error = response.error();
        return std::to_string(error.status ? error.status : httpStatus(error.code)) + " " + error.message.fr;
    }

    /// Takes mails from the plugin, as the mail plugin does.
    void provideMailer() { mailerService = context.services().provide<Mailer>(mailer); }

    testing::TempDatabase database{std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations"};
    testing::FakePluginContext context{"auth", database.folder() / "plugin-data", database.database()};
    Subscription catalog;
    std::shared_ptr<RecordingMailer> mailer = std::make_shared<RecordingMailer>();
    Subscription mailerService;
    std::unique_ptr<AuthPlugin> plugin;
};

inline constexpr const char* alice =
    R"({"name":"Alice Martin","email":"alice@home.fr","password":"secret1","phone":"0601"})";
inline constexpr const char* bob =
    R"({"username":"bob","fname":"Bob","lname":"Doe","email":"bob@home.fr","password":"secret2"})";

} // namespace atrium::auth
