#include "access_token.h"

#include "atrium/json.h"
#include "base64.h"
#include "secret.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace atrium::auth {

namespace {

constexpr std::chrono::seconds clockLeeway{60};
constexpr const char* audience = "atrium";
/// A bound far beyond every token, so that times can be computed with.
constexpr std::int64_t latestSecond = 253'402'300'799; // 9999-12-31

std::int64_t toSeconds(UtcTime time) { return toMicroseconds(time) / 1'000'000; }

/// A positive decimal number in its one spelling.
std::int64_t idFrom(const Value* value)
{
    const auto* text = value ? value->ifText() : nullptr;
    if (!text || text->empty() || text->front() < '1' || text->front() > '9') return 0;
    std::int64_t id = 0;
    const auto* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, id);
    return error == std::errc{} && stop == end ? id : 0;
}

std::optional<UtcTime> timeFrom(const Value* value)
{
    const auto* seconds = value ? value->ifInteger() : nullptr;
    if (!seconds || *seconds < 0 || *seconds > latestSecond) return std::nullopt;
    return UtcTime{std::chrono::seconds{*seconds}};
}

bool isAudience(const Value* value)
{
    const auto* text = value ? value->ifText() : nullptr;
    return text && *text == audience;
}

} // namespace

void AccessToken::use(std::vector<SigningKey> keys)
{
    auto next = std::make_shared<Keys>();
    for (auto& key : keys) {
        if (key.secret.empty()) throw std::logic_error("a signing key is never empty");
        const Value header = Object{{"alg", "HS256"}, {"typ", "JWT"}, {"kid", key.kid}};
        next->push_back({toBase64Url(toJson(header)), std::move(key.secret)});
    }
    std::lock_guard lock(mutex_);
    keys_ = std::move(next);
}

std::shared_ptr<const AccessToken::Keys> AccessToken::keys() const
{
    std::lock_guard lock(mutex_);
    return keys_;
}

std::string AccessToken::sign(const AccessClaims& claims) const
{
    const auto keys = this->keys();
    if (!keys || keys->empty()) throw std::logic_error("tokens have no key yet");
    const Value payload = Object{{"sub", std::to_string(claims.user.value)},
                                 {"jti", std::to_string(claims.session.value)},
                                 {"aud", audience},
                                 {"iat", toSeconds(claims.issuedAt)},
                                 {"exp", toSeconds(claims.expiresAt)}};
    const auto& key = keys->front();
    auto token = key.header + "." + toBase64Url(toJson(payload));
    return token + "." + toBase64Url(hmacSha256(key.secret, token));
}

std::optional<AccessClaims> AccessToken::verify(std::string_view token, UtcTime now) const
{
    auto claims = read(token, now);
    // Expiry itself has no leeway: the clock that checks is the one that signed.
    if (!claims || claims->expiresAt <= now) return std::nullopt;
    return claims;
}

bool AccessToken::hasExpired(std::string_view token, UtcTime now) const
{
    const auto claims = read(token, now);
    return claims && claims->expiresAt <= now;
}

std::optional<AccessClaims> AccessToken::read(std::string_view token, UtcTime now) const
{
    const auto keys = this->keys();
    if (!keys || token.size() > maxBytes) return std::nullopt;
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;

    const auto key = std::find_if(keys->begin(), keys->end(),
                                  [&](const Key& known) { return known.header == token.substr(0, first); });
    if (key == keys->end()) return std::nullopt;
    const auto signature = fromBase64Url(token.substr(second + 1));
    if (!signature || !equalInConstantTime(*signature, hmacSha256(key->secret, token.substr(0, second))))
        return std::nullopt;

    const auto body = fromBase64Url(token.substr(first + 1, second - first - 1));
    if (!body) return std::nullopt;
    const auto payload = parseJson(*body, {AccessToken::maxBytes, 8});
    if (!payload.ok() || !payload->isObject() || !isAudience(payload->find("aud"))) return std::nullopt;

    AccessClaims claims;
    claims.user = UserId{idFrom(payload->find("sub"))};
    claims.session = SessionId{idFrom(payload->find("jti"))};
    const auto issuedAt = timeFrom(payload->find("iat"));
    const auto expiresAt = timeFrom(payload->find("exp"));
    if (!claims.user || !claims.session || !issuedAt || !expiresAt) return std::nullopt;
    if (payload->find("nbf")) {
        const auto notBefore = timeFrom(payload->find("nbf"));
        if (!notBefore || *notBefore > now + clockLeeway) return std::nullopt;
    }
    claims.issuedAt = *issuedAt;
    claims.expiresAt = *expiresAt;
    if (claims.issuedAt > now + clockLeeway || claims.expiresAt <= claims.issuedAt) return std::nullopt;
    return claims;
}

} // namespace atrium::auth
