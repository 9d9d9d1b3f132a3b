#include "oidc_token.h"

#include "atrium/json.h"
#include "base64.h"
#include "json_web_key.h"
#include "secret.h"

#include <optional>

namespace atrium::auth {

namespace {

constexpr std::size_t maxTokenBytes = 16 * 1024;
constexpr std::size_t maxSubjectBytes = 180;
constexpr std::size_t maxKeys = 50;
constexpr std::int64_t leewaySeconds = 60;

Error refused(const char* why)
{
    return makeError(
        ErrorCode::Unauthenticated,
        {"La réponse du fournisseur d'identité a été refusée", "The identity provider's answer was refused"}, why);
}

struct TokenParts {
    std::string_view signedText;
    std::string header, claims, signature; ///< decoded
};

/// Exactly three parts, each in the one canonical spelling.
std::optional<TokenParts> split(std::string_view token)
{
    if (token.size() > maxTokenBytes) return std::nullopt;
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    auto header = fromBase64Url(token.substr(0, first));
    auto claims = fromBase64Url(token.substr(first + 1, second - first - 1));
    auto signature = fromBase64Url(token.substr(second + 1));
    if (!header || !claims || !signature) return std::nullopt;
    return TokenParts{token.substr(0, second), *std::move(header), *std::move(claims), *std::move(signature)};
}

bool hasSignature(const TokenParts& token, const Value& keySet)
{
    const auto header = parseJson(token.header, {2048, 8});
    if (!header || !header->isObject() || header->find("crit")) return false;
    const auto* keys = keySet.find("keys");
    if (!keys || !keys->isList()) return false;
    const auto algorithm = header->textOr("alg", ""), kid = header->textOr("kid", "");
    std::size_t tried = 0;
    for (const auto& jwk : keys->list()) {
        if (!kid.empty() && jwk.textOr("kid", kid) != kid) continue;
        if (++tried > maxKeys) return false;
        if (isSignedBy(jwk, algorithm, token.signedText, token.signature)) return true;
    }
    return false;
}

bool isFor(const Value& claims, const std::string& clientId)
{
    const auto* audience = claims.find("aud");
    if (!audience) return false;
    // Whoever the token was made for must be us, whatever other audiences it has (OIDC Core §3.1.3.7, 4 and 5).
    if (claims.find("azp") && claims.textOr("azp", "") != clientId) return false;
    if (const auto* one = audience->ifText()) return *one == clientId;
    const auto* list = audience->ifList();
    if (!list) return false;
    bool named = false;
    for (const auto& one : *list) named = named || (one.ifText() && *one.ifText() == clientId);
    return named && (list->size() == 1 || claims.find("azp"));
}

std::optional<std::int64_t> secondsOf(const Value& claims, const char* name)
{
    const auto* value = claims.find(name);
    const auto* number = value ? value->ifInteger() : nullptr;
    if (!number || *number < 0) return std::nullopt;
    return *number;
}

/// Null when the times are right, else what is wrong.
const char* wrongTime(const Value& claims, std::int64_t now)
{
    const auto expires = secondsOf(claims, "exp"), issued = secondsOf(claims, "iat");
    if (!expires || *expires <= now - leewaySeconds) return "expired";
    if (!issued || *issued > now + leewaySeconds) return "from the future";
    if (!claims.find("nbf")) return nullptr;
    const auto begins = secondsOf(claims, "nbf");
    return !begins || *begins > now + leewaySeconds ? "not good yet" : nullptr;
}

/// Some providers write the boolean as a text.
bool isVerified(const Value& claims)
{
    return claims.booleanOr("email_verified", false) || claims.textOr("email_verified", "") == "true";
}

} // namespace

Result<OidcIdentity> checkIdToken(std::string_view token, const Value& keySet, const OidcExpectation& expected,
                                  UtcTime now)
{
    const auto parts = split(token);
    if (!parts) return refused("no token");
    if (!hasSignature(*parts, keySet)) return refused("wrong signature");
    const auto claims = parseJson(parts->claims, {maxTokenBytes, 8});
    if (!claims || !claims->isObject()) return refused("no claims");
    if (claims->textOr("iss", "") != expected.issuer) return refused("another issuer");
    if (!isFor(*claims, expected.clientId)) return refused("another audience");
    if (expected.nonce.empty() || claims->textOr("nonce", "") != expected.nonce) return refused("another nonce");
    if (const char* wrong = wrongTime(*claims, toMicroseconds(now) / 1'000'000)) return refused(wrong);
    auto subject = claims->textOr("sub", "");
    if (subject.empty() || subject.size() > maxSubjectBytes) return refused("no subject");
    return OidcIdentity{expected.issuer, std::move(subject), claims->textOr("email", ""), isVerified(*claims),
                        claims->textOr("name", "")};
}

Result<OidcIdentity> withUserInfo(OidcIdentity identity, const Value& userInfo)
{
    if (userInfo.textOr("sub", "") != identity.subject) return refused("the userinfo is about somebody else");
    if (identity.email.empty()) {
        identity.email = userInfo.textOr("email", "");
        identity.emailVerified = isVerified(userInfo);
    }
    if (identity.name.empty()) identity.name = userInfo.textOr("name", "");
    return identity;
}

std::string pkceChallenge(std::string_view verifier) { return fingerprint(verifier); }

} // namespace atrium::auth
