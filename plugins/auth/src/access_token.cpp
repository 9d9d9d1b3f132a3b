#include "access_token.h"

#include "atrium/json.h"
#include "base64.h"
#include "secret.h"

#include <charconv>
#include <stdexcept>

namespace atrium::auth {

namespace {

constexpr std::chrono::seconds clockLeeway{60};
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

bool isHeader(std::string_view text)
{
    const auto header = parseJson(text, {1024, 4});
    return header.ok() && header->isObject() && header->textOr("alg", "") == "HS256" &&
           (!header->find("typ") || header->textOr("typ", "") == "JWT") && !header->find("crit");
}

} // namespace

void AccessToken::use(std::string secret)
{
    if (ready_ || secret.empty()) throw std::logic_error("the secret of tokens is set once and never empty");
    secret_ = std::move(secret);
    ready_.store(true, std::memory_order_release);
}

std::string AccessToken::sign(const AccessClaims& claims) const
{
    if (!ready_.load(std::memory_order_acquire)) throw std::logic_error("tokens have no secret yet");
    const Value payload = Object{{"sub", std::to_string(claims.user.value)},
                                 {"jti", std::to_string(claims.session.value)},
                                 {"iat", toSeconds(claims.issuedAt)},
                                 {"exp", toSeconds(claims.expiresAt)}};
    auto token = toBase64Url(R"({"alg":"HS256","typ":"JWT"})") + "." + toBase64Url(toJson(payload));
    return token + "." + toBase64Url(hmacSha256(secret_, token));
}

std::optional<AccessClaims> AccessToken::verify(std::string_view token, UtcTime now) const
{
    if (!ready_.load(std::memory_order_acquire) || token.size() > maxBytes) return std::nullopt;
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;

    const auto signature = fromBase64Url(token.substr(second + 1));
    if (!signature || !equalInConstantTime(*signature, hmacSha256(secret_, token.substr(0, second))))
        return std::nullopt;

    const auto header = fromBase64Url(token.substr(0, first));
    const auto body = fromBase64Url(token.substr(first + 1, second - first - 1));
    if (!header || !body || !isHeader(*header)) return std::nullopt;
    const auto payload = parseJson(*body, {AccessToken::maxBytes, 8});
    if (!payload.ok() || !payload->isObject()) return std::nullopt;

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
    // Expiry itself has no leeway: the clock that checks is the one that signed.
    if (claims.expiresAt <= now || claims.issuedAt > now + clockLeeway || claims.expiresAt <= claims.issuedAt)
        return std::nullopt;
    return claims;
}

} // namespace atrium::auth
