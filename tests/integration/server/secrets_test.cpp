// Secrets that people and programs send, or get, stay out of everything that is kept or shown.
#include "support/server/server_process.h"
#include "support/smtp_server.h"

#include "atrium/json.h"
#include "storage/database_url.h"

#include <gtest/gtest.h>

#include <fstream>

namespace atrium::testing {
namespace {

/// Plants secrets in requests and keeps those that answers give away on purpose.
class SecretsTest : public ::testing::TestWithParam<Store> {
protected:
    void SetUp() override
    {
        server.start();
        server.signIn();
        administrator = server.token();
        plant();
    }
    std::string secret(std::string text)
    {
        EXPECT_FALSE(text.empty());
        secrets.push_back(text);
        return text;
    }
    std::string secret(const HttpAnswer& answer, const char* member)
    {
        EXPECT_TRUE(answer.body.find(member)) << answer.text;
        return secret(answer.body.textOr(member, ""));
    }
    /// An answer that has to be an error; its text must not repeat a secret.
    void refused(const HttpAnswer& answer)
    {
        EXPECT_GE(answer.status, 400);
        shown += answer.text;
    }
    HttpAnswer post(const std::string& path, const Value& body, const std::string& token = "")
    {
        server.setToken(token);
        return server.post(path, body);
    }
    void plant();
    void expectClean(const std::string& text, const std::string& what)
    {
        for (const auto& planted : secrets)
            EXPECT_EQ(text.find(planted), std::string::npos) << what << " has a planted secret";
    }
    static std::string read(const std::filesystem::path& path)
    {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    /// What a backup of the database holds, made as database/README.md says.
    std::string backup() const
    {
        const auto file = server.folder().str() + "/backup", log = server.folder().str() + "/backup.log";
        std::vector<std::string> command{"sqlite3", server.dataFolder() + "/atrium.db", "VACUUM INTO '" + file + "'"};
        if (GetParam() == Store::MariaDb) {
            const auto url = storage::parseDatabaseUrl(databaseKeys[0].substr(databaseKeys[0].find('=') + 1), "");
            command = {"mariadb-dump",
                       "--single-transaction",
                       "--result-file=" + file,
                       "--host=" + url.host,
                       "--port=" + std::to_string(url.port),
                       "--user=" + url.user,
                       "--password=" + url.password,
                       url.name};
        }
        ChildProcess copy(command, log);
        EXPECT_EQ(copy.wait(std::chrono::seconds{20}), 0) << read(log);
        auto content = read(file);
        EXPECT_NE(content.find("planted@example.org"), std::string::npos) << "the account is in it";
        return content;
    }

    SmtpServer mails;
    const std::vector<std::string> databaseKeys = keysFor(GetParam());
    std::vector<std::string> keys(int mailPort) const
    {
        auto keys = databaseKeys;
        keys.insert(keys.end(), {"plugins.auth.bcryptCost=10", "plugins.devices.demo=true", "log.level=debug",
                                 "smtp.host=localhost", "smtp.port=" + std::to_string(mailPort), "smtp.tls=none",
                                 "smtp.from=Home <home@example.org>"});
        return keys;
    }
    ServerProcess server{keys(mails.port())};
    std::string administrator, shown;
    std::vector<std::string> secrets;
};

void SecretsTest::plant()
{
    const auto password = secret("Planted-Password-7431"), wrong = secret("Planted-Wrong-9128");
    const auto email = "planted@example.org";
    const auto token =
        secret(post("/api/auth/register", Object{{"email", email}, {"password", password}, {"name", "P"}}), "token");
    refused(post("/api/auth/login", Object{{"email", email}, {"password", wrong}}));
    refused(post("/api/auth/login", Object{{"email", 7}, {"password", wrong}}));
    refused(post("/api/auth/login", Object{{"email", email}, {"password", List{wrong}}}));
    refused(server.send("POST", "/api/auth/login", "{\"email\":\"" + wrong + "\",\"password\":\"" + wrong + "\""));
    refused(post("/api/auth/reset-password", Object{{"email", email}, {"code", wrong}, {"newPassword", wrong}}));
    refused(post("/api/auth/refresh", Object{{"refreshToken", secret("atr.7.7.Planted-Refresh-55")}}));
    refused(post("/api/auth/guest", Object{{"code", secret("Planted-Guest-Code-12")}}));
    refused(post("/api/auth/change-password", Object{{"currentPassword", wrong}, {"newPassword", wrong}}, token));
    server.setToken(secret("Planted-Bearer-Token-31"));
    refused(server.get("/api/devices"));
    EXPECT_EQ(server.get("/api/devices/" + secrets.back()).status, 401); // says which path it was
    server.setToken("");
    refused(server.get("/api/devices?token=" + token));

    const auto login = post("/api/auth/login", Object{{"email", email},
                                                      {"password", password},
                                                      {"refresh", true},
                                                      {"deviceId", secret("Planted-Device-Number-8")}});
    secret(login, "token");
    secret(login, "refreshToken");
    secret(post("/api/auth/refresh", Object{{"refreshToken", login.body.textOr("refreshToken", "")}}), "refreshToken");
    secret(post("/api/auth/tokens", Object{{"name", "t"}, {"scopes", List{"devices.read"}}}, token), "token");
    secret(post("/api/auth/mqtt-accounts", Object{}, token), "password");
    secret(post("/api/auth/2fa/totp", Object{{"password", password}}, token), "secret");
    const auto codes = post("/api/auth/2fa/recovery-codes", Object{{"password", password}}, token);
    for (const auto& code : codes.body.find("recoveryCodes")->list()) secret(code.text());
    secret(post("/api/invitations", Object{{"role", "user"}}, administrator), "code");
    const auto until = toIso8601(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()) +
                                 std::chrono::hours{24});
    secret(post("/api/guests",
                Object{{"name", "Gast"},
                       {"until", until},
                       {"grants", List{Object{{"permission", "devices.read"},
                                              {"object", Object{{"kind", "device"}, {"id", 1}}}}}}},
                administrator),
           "code");
}

TEST_P(SecretsTest, StayOutOfWhatIsShown)
{
    server.setToken(administrator);
    expectClean(shown, "an error");
    for (const char* path : {"/metrics", "/api/audit/export?limit=1000", "/api/audit?limit=200", "/api/plugins",
                             "/api/plugins/auth/settings", "/api/auth/users"})
        expectClean(server.get(path).text, path);
    server.setToken("");
}

TEST_P(SecretsTest, StayOutOfWhatIsKept)
{
    // The code of a forgotten password is in the mail alone.
    post("/api/auth/forgot-password", Object{{"email", "planted@example.org"}});
    mails.waitForMail();
    EXPECT_EQ(server.stop(), 0);
    int files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(server.folder().str())) {
        if (!entry.is_regular_file()) continue;
        ++files;
        expectClean(read(entry.path()), entry.path());
    }
    EXPECT_GE(files, 4);
    expectClean(backup(), "the backup");
}

INSTANTIATE_TEST_SUITE_P(Stores, SecretsTest, ::testing::Values(Store::Sqlite, Store::MariaDb),
                         [](const auto& info) { return nameOf(info.param); });

} // namespace
} // namespace atrium::testing
