#include "api_token.h"

#include "secret.h"

#include <charconv>
#include <sstream>

namespace atrium::auth {

namespace {

constexpr const char* columns =
    "SELECT id, user_id, name, token_hash, scopes, created_at, expires_at FROM auth_api_tokens ";

ApiToken toToken(const SqlRow& row)
{
    ApiToken token;
    token.id = row[0].integer();
    token.user = UserId{row[1].integer()};
    token.name = row[2].text();
    token.hash = row[3].text();
    std::istringstream scopes(row[4].text());
    for (std::string scope; scopes >> scope;) token.scopes.insert(scope);
    token.createdAt = fromMicroseconds(row[5].integer());
    token.expiresAt = fromMicroseconds(row[6].integer());
    return token;
}

std::vector<ApiToken> select(Transaction& transaction, const std::string& condition, const SqlParameters& parameters)
{
    std::vector<ApiToken> tokens;
    for (const auto& row : transaction.query(columns + condition, parameters)) tokens.push_back(toToken(row));
    return tokens;
}

} // namespace

std::int64_t ApiToken::idOf(std::string_view text)
{
    if (!isOne(text)) return 0;
    text.remove_prefix(4);
    const auto number = text.substr(0, text.find('_'));
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), id);
    return error == std::errc{} && end == number.data() + number.size() ? id : 0;
}

std::optional<std::pair<ApiToken, std::string>> ApiTokenRepository::create(ApiToken token)
{
    using Created = std::optional<std::pair<ApiToken, std::string>>;
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) -> Created {
        const auto count =
            transaction.query("SELECT COUNT(*) FROM auth_api_tokens WHERE user_id = ?", {token.user.value});
        if (count[0][0].integer() >= maxTokens) return std::nullopt;
        std::string scopes;
        for (const auto& scope : token.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
        // The text names its number, so the number comes first.
        transaction.execute(
            "INSERT INTO auth_api_tokens (user_id, name, token_hash, scopes, created_at, expires_at) "
            "VALUES (?, ?, '', ?, ?, ?)",
            {token.user.value, token.name, scopes, toMicroseconds(token.createdAt), toMicroseconds(token.expiresAt)});
        auto created = token;
        created.id = transaction.lastInsertId();
        const auto text = "atk_" + std::to_string(created.id) + "_" + randomToken();
        created.hash = fingerprint(text);
        transaction.execute("UPDATE auth_api_tokens SET token_hash = ? WHERE id = ?", {created.hash, created.id});
        return std::pair{created, text};
    });
}

bool ApiTokenRepository::remove(UserId user, std::int64_t id)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        return transaction.execute("DELETE FROM auth_api_tokens WHERE id = ? AND user_id = ?", {id, user.value}) > 0;
    });
}

std::vector<ApiToken> ApiTokenRepository::all(UtcTime now) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return select(transaction, "WHERE expires_at = 0 OR expires_at > ?", {toMicroseconds(now)});
    });
}

std::vector<ApiToken> ApiTokenRepository::of(UserId user) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return select(transaction, "WHERE user_id = ? ORDER BY id DESC", {user.value});
    });
}

void ApiTokenRepository::removeAllOf(UserId user)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM auth_api_tokens WHERE user_id = ?", {user.value});
    });
}

} // namespace atrium::auth
