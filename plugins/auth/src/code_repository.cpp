#include "code_repository.h"

#include "base64.h"
#include "secret.h"

namespace atrium::auth {

namespace {

constexpr std::size_t codeDigits = 6;

const char* wordOf(CodeRepository::Purpose purpose)
{
    switch (purpose) {
    case CodeRepository::Purpose::Confirm: return "confirm";
    case CodeRepository::Purpose::Reset: return "reset";
    case CodeRepository::Purpose::SecondFactor: return "factor";
    }
    return "";
}

} // namespace

std::string CodeRepository::macOf(UserId user, Purpose purpose, std::string_view code) const
{
    return toBase64Url(
        hmacSha256(key_, std::string(wordOf(purpose)) + ":" + std::to_string(user.value) + ":" + std::string(code)));
}

std::string CodeRepository::make(UserId user, Purpose purpose, UtcTime expiresAt)
{
    const auto code = randomDigits(codeDigits);
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM auth_codes WHERE user_id = ? AND purpose = ?", {user.value, wordOf(purpose)});
        transaction.execute(
            "INSERT INTO auth_codes (user_id, purpose, code_hash, expires_at, tries) VALUES (?, ?, ?, ?, 0)",
            {user.value, wordOf(purpose), macOf(user, purpose, code), toMicroseconds(expiresAt)});
    });
    return code;
}

bool CodeRepository::take(UserId user, Purpose purpose, std::string_view code, UtcTime now)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        const SqlParameters which{user.value, wordOf(purpose)};
        const auto rows = transaction.query(
            "SELECT code_hash, expires_at, tries FROM auth_codes WHERE user_id = ? AND purpose = ? FOR UPDATE", which);
        if (rows.empty()) return false;
        const auto tries = rows[0][2].integer();
        const bool isOpen = fromMicroseconds(rows[0][1].integer()) > now && tries < maxTries;
        const bool isRight = isOpen && equalInConstantTime(rows[0][0].text(), macOf(user, purpose, code));
        if (isRight || !isOpen) transaction.execute("DELETE FROM auth_codes WHERE user_id = ? AND purpose = ?", which);
        else transaction.execute("UPDATE auth_codes SET tries = tries + 1 WHERE user_id = ? AND purpose = ?", which);
        return isRight;
    });
}

bool CodeRepository::isOpen(UserId user, Purpose purpose, UtcTime now) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return !transaction
                    .query(
                        "SELECT 1 FROM auth_codes WHERE user_id = ? AND purpose = ? AND expires_at > ? AND tries < ?",
                        {user.value, wordOf(purpose), toMicroseconds(now), maxTries})
                    .empty();
    });
}

} // namespace atrium::auth
