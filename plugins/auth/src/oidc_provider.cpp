#include "oidc_provider.h"

#include <Poco/Base64Encoder.h>

#include <algorithm>
#include <sstream>

namespace atrium::auth {

namespace {

constexpr std::chrono::hours discoveryLife{1};
constexpr std::chrono::seconds failureLife{10}; ///< a provider that is away is not asked for every visitor

Error unavailable(const std::string& why)
{
    return makeError(ErrorCode::Unavailable,
                     {"Le fournisseur d'identité ne répond pas", "The identity provider does not answer"}, why);
}

std::string basicCredentials(const std::string& user, const std::string& password)
{
    // Form-encoded first (RFC 6749 §2.3.1).
    std::ostringstream text;
    Poco::Base64Encoder encoder(text);
    encoder.rdbuf()->setLineLength(0);
    encoder << formEncoded(user) << ':' << formEncoded(password);
    encoder.close();
    return "Basic " + text.str();
}

bool names(const Value& document, const char* list, const char* word)
{
    const auto* values = document.find(list);
    const auto* items = values ? values->ifList() : nullptr;
    return items && std::any_of(items->begin(), items->end(),
                                [&](const Value& item) { return item.ifText() && *item.ifText() == word; });
}

} // namespace

OidcProvider::OidcProvider(OidcSettings settings, const Clock& clock)
    : settings_(std::move(settings)), clock_(clock), connection_(settings_.authorityFile)
{}

Result<OidcProvider::Discovery> OidcProvider::discover()
{
    auto base = settings_.issuer;
    if (base.ends_with('/')) base.pop_back();
    const auto answer = connection_.ask({base + "/.well-known/openid-configuration", {}, {}});
    if (!answer) return answer.error();
    const auto& document = answer->body;
    Discovery found;
    found.authorization = document.textOr("authorization_endpoint", "");
    found.token = document.textOr("token_endpoint", "");
    found.keys = document.textOr("jwks_uri", "");
    found.userInfo = document.textOr("userinfo_endpoint", "");
    if (answer->status != 200 || found.authorization.empty() || found.token.empty() || found.keys.empty())
        return unavailable("no discovery document");
    // A document of another issuer is the sign of a mix-up (OpenID Connect Discovery §4.3).
    if (document.textOr("issuer", "") != settings_.issuer) return unavailable("the document is of another issuer");
    if (!settings_.clientSecret.empty()) {
        constexpr const char* methods = "token_endpoint_auth_methods_supported";
        const bool wantsPost =
            names(document, methods, "client_secret_post") && !names(document, methods, "client_secret_basic");
        found.proof = wantsPost ? ClientProof::Post : ClientProof::Basic; // Basic is what a silent document means
    }
    return found;
}

Result<OidcProvider::Discovery> OidcProvider::discovery()
{
    if (!settings_.isConfigured()) return makeError(ErrorCode::NotFound);
    if (clock_.steadyNow() < askAgainAt_) {
        if (failure_) return *failure_;
        if (discovery_) return *discovery_;
    }
    const auto found = discover();
    discovery_.reset();
    failure_.reset();
    if (found) discovery_ = *found;
    else failure_ = found.error();
    askAgainAt_ = clock_.steadyNow() + (found ? std::chrono::seconds(discoveryLife) : failureLife);
    return found;
}

Result<std::string> OidcProvider::authorizationUrl(const std::string& state, const std::string& nonce,
                                                   const std::string& pkceChallenge)
{
    const auto found = discovery();
    if (!found) return found.error();
    const auto query = formOf({{"response_type", "code"},
                               {"client_id", settings_.clientId},
                               {"redirect_uri", settings_.redirectUri},
                               {"scope", "openid email profile"},
                               {"state", state},
                               {"nonce", nonce},
                               {"code_challenge", pkceChallenge},
                               {"code_challenge_method", "S256"}});
    return found->authorization + (found->authorization.find('?') == std::string::npos ? "?" : "&") + query;
}

Result<OidcProvider::Tokens> OidcProvider::redeem(const std::string& code, const std::string& pkceVerifier)
{
    const auto found = discovery();
    if (!found) return found.error();
    std::vector<std::pair<std::string, std::string>> fields{{"grant_type", "authorization_code"},
                                                            {"code", code},
                                                            {"redirect_uri", settings_.redirectUri},
                                                            {"code_verifier", pkceVerifier}};
    std::string authorization;
    if (found->proof == ClientProof::Basic)
        authorization = basicCredentials(settings_.clientId, settings_.clientSecret);
    else fields.emplace_back("client_id", settings_.clientId);
    if (found->proof == ClientProof::Post) fields.emplace_back("client_secret", settings_.clientSecret);
    const auto answer = connection_.ask({found->token, formOf(fields), authorization});
    if (!answer) return answer.error();
    Tokens tokens{answer->body.textOr("id_token", ""), answer->body.textOr("access_token", "")};
    if (answer->status != 200 || tokens.idToken.empty())
        return makeError(
            ErrorCode::Unauthenticated,
            {"Le fournisseur d'identité a refusé la connexion", "The identity provider refused to sign in"},
            "the token endpoint answered " + std::to_string(answer->status));
    return tokens;
}

Result<Value> OidcProvider::keySet()
{
    const auto found = discovery();
    if (!found) return found.error();
    auto answer = connection_.ask({found->keys, {}, {}});
    if (!answer) return answer.error();
    if (answer->status != 200) return unavailable("no keys");
    return std::move(answer->body);
}

Result<Value> OidcProvider::userInfo(const std::string& accessToken)
{
    const auto found = discovery();
    if (!found) return found.error();
    // What is no token (RFC 6750 §2.1) would write headers of its own.
    const bool isToken = std::all_of(accessToken.begin(), accessToken.end(), [](char c) { return c > ' ' && c < 127; });
    if (found->userInfo.empty() || accessToken.empty() || !isToken) return Value();
    auto answer = connection_.ask({found->userInfo, {}, "Bearer " + accessToken});
    if (!answer) return answer.error();
    if (answer->status != 200) return unavailable("no userinfo");
    return std::move(answer->body);
}

} // namespace atrium::auth
