// Signing in at an identity provider over TLS, through the whole server.
#include "support/oidc_provider_process.h"
#include "support/server/server_process.h"

#include <gtest/gtest.h>

namespace atrium::testing {
namespace {

std::vector<std::string> keysFor(const OidcProviderProcess& provider, const std::string& authorityFile)
{
    return {"plugins.auth.bcryptCost=10",
            "plugins.auth.oidcIssuer=" + provider.issuer(),
            std::string("plugins.auth.oidcClientId=") + OidcProviderProcess::clientId,
            std::string("plugins.auth.oidcClientSecret=") + OidcProviderProcess::clientSecret,
            std::string("plugins.auth.oidcRedirectUri=") + OidcProviderProcess::redirectUri,
            "plugins.auth.oidcAuthorityFile=" + authorityFile};
}

TEST(OidcOverTlsTest, SignsInWithTheCookieOfTheBrowserAlone)
{
    const OidcProviderProcess provider(OidcProviderProcess::Protection::Tls);
    ServerProcess server(keysFor(provider, provider.authorityFile()));
    server.start();
    const auto finish = [&](const std::string& cookie, const OidcProviderProcess::Return& back) {
        return server.request("POST", "/api/auth/oidc/finish",
                              Object{{"code", back.code}, {"state", back.state}, {"iss", back.issuer}},
                              {{"Cookie", cookie}});
    };
    for (const bool isOwnBrowser : {false, true}) {
        const auto started = server.post("/api/auth/oidc/start");
        ASSERT_EQ(started.status, 200) << started.text;
        const auto cookie = started.header("set-cookie");
        EXPECT_NE(cookie.find("; HttpOnly"), std::string::npos);
        EXPECT_NE(cookie.find("; SameSite=Lax"), std::string::npos);
        const auto back = provider.visit(started.body.textOr("url", ""));
        ASSERT_EQ(back.error, "");
        const auto answer = finish(isOwnBrowser ? cookie.substr(0, cookie.find(';')) : "atrium_oidc=another", back);
        EXPECT_EQ(answer.status, isOwnBrowser ? 200 : 400) << answer.text;
        if (!isOwnBrowser) continue;
        server.setToken(answer.body.textOr("token", ""));
        EXPECT_EQ(server.get("/api/auth/me").body.textOr("email", ""), "ada@example.org");
        server.setToken("");
    }
    const auto log = server.log();
    for (const char* secret : {OidcProviderProcess::clientSecret, "access-token-7", "code-1"})
        EXPECT_EQ(log.find(secret), std::string::npos) << secret;
    EXPECT_EQ(server.stop(), 0);
}

TEST(OidcOverTlsTest, TrustsNoCertificateOfAnUnknownAuthority)
{
    const OidcProviderProcess provider(OidcProviderProcess::Protection::Tls);
    ServerProcess server(keysFor(provider, ""));
    server.start();
    EXPECT_EQ(server.post("/api/auth/oidc/start").status, 503);
    EXPECT_EQ(server.stop(), 0);
}

} // namespace
} // namespace atrium::testing
