#include "session.h"

#include "base64.h"
#include "secret.h"

#include <charconv>

namespace atrium::auth {

namespace {

constexpr std::string_view prefix = "atr.";

std::string macOf(std::string_view key, std::string_view text)
{
    return toBase64Url(hmacSha256(key, "refresh:" + std::string(text)));
}

std::int64_t positive(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number > 0 ? number : 0;
}

} // namespace

std::string makeRefreshToken(std::string_view key, const RefreshClaims& claims)
{
    const auto text = std::to_string(claims.session.value) + "." + std::to_string(claims.generation);
    return std::string(prefix) + text + "." + macOf(key, text);
}

std::optional<RefreshClaims> readRefreshToken(std::string_view key, std::string_view token)
{
    if (token.size() > 200 || !token.starts_with(prefix)) return std::nullopt;
    token.remove_prefix(prefix.size());
    const auto last = token.rfind('.');
    const auto first = token.find('.');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    const auto text = token.substr(0, last);
    if (!equalInConstantTime(macOf(key, text), token.substr(last + 1))) return std::nullopt;
    const RefreshClaims claims{SessionId{positive(text.substr(0, first))}, positive(text.substr(first + 1))};
    if (!claims.session || claims.generation == 0) return std::nullopt;
    return claims;
}

} // namespace atrium::auth
