#include "second_factor_repository.h"

#include "base64.h"
#include "one_time_password.h"
#include "secret.h"

namespace atrium::auth {

namespace {

constexpr int recoveryCodeCount = 10;

const char* wordOf(RememberedDevice::Purpose purpose)
{
    return purpose == RememberedDevice::Purpose::Login ? "login" : "factor";
}

} // namespace

std::string SecondFactorRepository::macOf(UserId user, std::string_view code) const
{
    return toBase64Url(hmacSha256(key_, "recovery:" + std::to_string(user.value) + ":" + normalisedRecoveryCode(code)));
}

SecondFactor SecondFactorRepository::find(UserId user) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        SecondFactor factor;
        const auto rows = transaction.query(
            "SELECT secret, totp_confirmed, last_step, by_mail FROM auth_second_factors WHERE user_id = ?",
            {user.value});
        if (!rows.empty()) {
            factor.totpSecret = unseal(key_, rows[0][0].text()).value_or("");
            factor.totpConfirmed = rows[0][1].boolean();
            factor.lastStep = rows[0][2].integer();
            factor.byMail = rows[0][3].boolean();
        }
        factor.recoveryCodes =
            transaction.query("SELECT COUNT(*) FROM auth_recovery_codes WHERE user_id = ?", {user.value})[0][0]
                .integer();
        return factor;
    });
}

void SecondFactorRepository::proposeTotp(UserId user, const std::string& secret)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        const auto rows =
            transaction.query("SELECT by_mail FROM auth_second_factors WHERE user_id = ? FOR UPDATE", {user.value});
        const bool byMail = !rows.empty() && rows[0][0].boolean();
        transaction.execute("DELETE FROM auth_second_factors WHERE user_id = ?", {user.value});
        transaction.execute("INSERT INTO auth_second_factors (user_id, secret, totp_confirmed, last_step, by_mail) "
                            "VALUES (?, ?, 0, 0, ?)",
                            {user.value, seal(key_, secret), byMail});
    });
}

bool SecondFactorRepository::takeTotp(UserId user, std::string_view code, UtcTime now)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        const auto rows = transaction.query(
            "SELECT secret, last_step FROM auth_second_factors WHERE user_id = ? FOR UPDATE", {user.value});
        if (rows.empty()) return false;
        const auto secret = unseal(key_, rows[0][0].text());
        if (!secret || secret->empty()) return false;
        const auto step = totp::accept(*secret, code, now, rows[0][1].integer());
        if (!step) return false;
        transaction.execute("UPDATE auth_second_factors SET totp_confirmed = 1, last_step = ? WHERE user_id = ?",
                            {*step, user.value});
        return true;
    });
}

void SecondFactorRepository::setByMail(UserId user)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        if (transaction.execute("UPDATE auth_second_factors SET by_mail = 1 WHERE user_id = ?", {user.value}) > 0 ||
            !transaction.query("SELECT 1 FROM auth_second_factors WHERE user_id = ? FOR UPDATE", {user.value}).empty())
            return;
        transaction.execute("INSERT INTO auth_second_factors (user_id, secret, totp_confirmed, last_step, by_mail) "
                            "VALUES (?, '', 0, 0, 1)",
                            {user.value});
    });
}

void SecondFactorRepository::reset(UserId user)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        for (const auto* table : {"auth_second_factors", "auth_recovery_codes", "auth_devices"})
            transaction.execute(std::string("DELETE FROM ") + table + " WHERE user_id = ?", {user.value});
    });
}

std::vector<std::string> SecondFactorRepository::makeRecoveryCodes(UserId user)
{
    std::vector<std::string> codes;
    for (int i = 0; i < recoveryCodeCount; ++i) codes.push_back(newRecoveryCode());
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM auth_recovery_codes WHERE user_id = ?", {user.value});
        for (const auto& code : codes)
            transaction.execute("INSERT INTO auth_recovery_codes (user_id, code_hash) VALUES (?, ?)",
                                {user.value, macOf(user, code)});
    });
    return codes;
}

bool SecondFactorRepository::takeRecoveryCode(UserId user, std::string_view code)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        return transaction.execute("DELETE FROM auth_recovery_codes WHERE user_id = ? AND code_hash = ?",
                                   {user.value, macOf(user, code)}) > 0;
    });
}

void SecondFactorRepository::remember(UserId user, RememberedDevice::Purpose purpose, std::string_view token,
                                      const std::string& name, UtcTime now, UtcTime expiresAt)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        const auto hash = fingerprint(token);
        transaction.execute("DELETE FROM auth_devices WHERE purpose = ? AND token_hash = ?", {wordOf(purpose), hash});
        transaction.execute("INSERT INTO auth_devices (user_id, purpose, token_hash, name, created_at, expires_at) "
                            "VALUES (?, ?, ?, ?, ?, ?)",
                            {user.value, wordOf(purpose), hash, name, toMicroseconds(now), toMicroseconds(expiresAt)});
    });
}

std::optional<UserId> SecondFactorRepository::ownerOf(RememberedDevice::Purpose purpose, std::string_view token,
                                                      UtcTime now) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) -> std::optional<UserId> {
        const auto rows = transaction.query(
            "SELECT user_id FROM auth_devices WHERE purpose = ? AND token_hash = ? AND expires_at > ?",
            {wordOf(purpose), fingerprint(token), toMicroseconds(now)});
        if (rows.empty()) return std::nullopt;
        return UserId{rows[0][0].integer()};
    });
}

std::vector<RememberedDevice> SecondFactorRepository::devicesOf(UserId user, UtcTime now) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        std::vector<RememberedDevice> devices;
        for (const auto& row :
             transaction.query("SELECT id, name, created_at, expires_at FROM auth_devices WHERE user_id = ? AND "
                               "expires_at > ? ORDER BY id DESC",
                               {user.value, toMicroseconds(now)}))
            devices.push_back({row[0].integer(), row[1].text(), fromMicroseconds(row[2].integer()),
                               fromMicroseconds(row[3].integer())});
        return devices;
    });
}

bool SecondFactorRepository::forget(UserId user, std::int64_t device)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        return transaction.execute("DELETE FROM auth_devices WHERE id = ? AND user_id = ?", {device, user.value}) > 0;
    });
}

void SecondFactorRepository::forgetDevices(UserId user)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM auth_devices WHERE user_id = ?", {user.value});
    });
}

void SecondFactorRepository::deleteExpired(UtcTime now)
{
    database_.transact(TransactionKind::Write, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM auth_devices WHERE expires_at <= ?", {toMicroseconds(now)});
        transaction.execute("DELETE FROM auth_codes WHERE expires_at <= ?", {toMicroseconds(now)});
    });
}

} // namespace atrium::auth
