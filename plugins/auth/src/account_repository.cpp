#include "account_repository.h"

#include "secret.h"

namespace atrium::auth {

namespace {

constexpr const char* columns =
    "users.id, email, name, username, fname, lname, phone, role, active, balance, promotion, "
    "avatar_url, two_factor_enabled, password_hash, users.created_at, own_role, confirmed, expires_at, email_verified";

const Text takenEmail{"Cet email est déjà utilisé", "This e-mail address is already in use"};

Account toAccount(const SqlRow& row)
{
    Account account;
    account.id = UserId{row[0].integer()};
    account.email = row[1].text();
    account.name = {row[2].text(), row[3].text(), row[4].text(), row[5].text()};
    account.phone = row[6].text();
    account.role = parseRole(row[7].text()).value_or(Role::Guest);
    account.active = row[8].boolean();
    account.balance = row[9].integer();
    account.promotion = row[10].text();
    account.avatarUrl = row[11].text();
    account.twoFactorEnabled = row[12].boolean();
    account.passwordHash = row[13].text();
    account.createdAt = fromMicroseconds(row[14].integer());
    account.ownRole = row[15].text();
    account.confirmed = row[16].boolean();
    account.expiresAt = fromMicroseconds(row[17].integer());
    account.emailVerified = row[18].boolean();
    return account;
}

std::string select(std::string_view condition)
{
    std::string sql("SELECT ");
    sql.append(columns).append(" FROM users WHERE ").append(condition);
    return sql;
}

std::optional<Account> findOne(Transaction& transaction, std::string_view condition, const SqlParameters& parameters)
{
    const auto rows = transaction.query(select(condition), parameters);
    if (rows.empty()) return std::nullopt;
    return toAccount(rows.front());
}

std::vector<Account> toAccounts(const SqlRows& rows)
{
    std::vector<Account> accounts;
    accounts.reserve(rows.size());
    for (const auto& row : rows) accounts.push_back(toAccount(row));
    return accounts;
}

/// Whether somebody else than `id` can administrate.
bool hasOtherAdministrator(Transaction& transaction, UserId id)
{
    return !transaction
                .query("SELECT id FROM users WHERE id <> ? AND role IN ('admin', 'superadmin') AND own_role = '' AND "
                       "active = 1 AND confirmed = 1 AND expires_at = 0 LIMIT 1 FOR UPDATE",
                       {id.value})
                .empty();
}

Error lastAdministrator()
{
    return makeError(ErrorCode::Forbidden,
                     {"Le dernier administrateur ne peut pas être retiré", "The last administrator cannot be removed"});
}

} // namespace

AccountRepository::AccountRepository(Database& database) : database_(database) {}

std::optional<Account> AccountRepository::find(UserId id) const
{
    return database_.transact(TransactionKind::Read,
                              [&](Transaction& transaction) { return findOne(transaction, "id = ?", {id.value}); });
}

std::optional<Account> AccountRepository::findByEmail(std::string_view email) const
{
    const auto key = emailKey(email);
    return database_.transact(TransactionKind::Read,
                              [&](Transaction& transaction) { return findOne(transaction, "email_key = ?", {key}); });
}

std::vector<Account> AccountRepository::all() const
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        return toAccounts(transaction.query(select("1 = 1 ORDER BY name, id")));
    });
}

std::vector<Account> AccountRepository::search(const AccountSearch& search, std::int64_t& total) const
{
    // Wildcards in what was typed are letters.
    std::string pattern = "%";
    for (const char c : emailKey(search.text)) {
        if (c == '%' || c == '_' || c == '!') pattern += '!';
        pattern += c;
    }
    pattern += '%';
    const auto column = search.in == AccountSearch::In::Names ? "LOWER(fname)" : "email_key";
    const std::string condition = std::string("(LOWER(name) LIKE ? ESCAPE '!' OR ") + column +
                                  " LIKE ? ESCAPE '!' OR LOWER(username) LIKE ? ESCAPE '!')";
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        total = transaction.query("SELECT COUNT(*) FROM users WHERE " + condition, {pattern, pattern, pattern})[0][0]
                    .integer();
        return toAccounts(transaction.query(select(condition + " ORDER BY name, id LIMIT ? OFFSET ?"),
                                            {pattern, pattern, pattern, search.limit, search.offset}));
    });
}

std::int64_t AccountRepository::count() const
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        return transaction.query("SELECT COUNT(*) FROM users")[0][0].integer();
    });
}

std::optional<Account> AccountRepository::create(Account account)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) -> std::optional<Account> {
        auto created = account;
        if (transaction.query("SELECT id FROM users LIMIT 1 FOR UPDATE").empty()) {
            created.role = Role::Admin;
            created.confirmed = true; // else nobody could get in to set a mail server up
        }
        const auto now = toMicroseconds(account.createdAt);
        try {
            transaction.execute(
                "INSERT INTO users (email, email_key, password_hash, name, username, fname, lname, "
                "phone, role, active, balance, promotion, avatar_url, two_factor_enabled, created_at, "
                "updated_at, own_role, confirmed, expires_at, email_verified) VALUES (?, ?, ?, ?, ?, ?, "
                "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                {created.email,
                 emailKey(created.email),
                 created.passwordHash,
                 created.name.name,
                 created.name.username,
                 created.name.fname,
                 created.name.lname,
                 created.phone,
                 toString(created.role),
                 created.active,
                 created.balance,
                 created.promotion,
                 created.avatarUrl,
                 created.twoFactorEnabled,
                 now,
                 now,
                 created.ownRole,
                 created.confirmed,
                 toMicroseconds(created.expiresAt),
                 created.emailVerified});
        }
        catch (const StorageError& error) {
            if (error.kind() == StorageError::Kind::ConstraintViolated) return std::nullopt;
            throw;
        }
        created.id = UserId{transaction.lastInsertId()};
        return created;
    });
}

Result<std::optional<Account>> AccountRepository::change(UserId id, const ProfileChange& change, UtcTime now)
{
    return database_.transact(
        TransactionKind::Durable, [&](Transaction& transaction) -> Result<std::optional<Account>> {
            auto account = findOne(transaction, "id = ? FOR UPDATE", {id.value});
            if (!account) return account;
            if (change.email) {
                account->emailVerified = account->emailVerified && emailKey(*change.email) == emailKey(account->email);
                account->email = *change.email;
            }
            if (change.name) account->name = *change.name;
            if (change.phone) account->phone = *change.phone;
            if (change.promotion) account->promotion = *change.promotion;
            try {
                transaction.execute(
                    "UPDATE users SET email = ?, email_key = ?, name = ?, username = ?, fname = ?, "
                    "lname = ?, phone = ?, promotion = ?, email_verified = ?, updated_at = ? WHERE id = ?",
                    {account->email, emailKey(account->email), account->name.name, account->name.username,
                     account->name.fname, account->name.lname, account->phone, account->promotion,
                     account->emailVerified, toMicroseconds(now), id.value});
            }
            catch (const StorageError& error) {
                if (error.kind() != StorageError::Kind::ConstraintViolated) throw;
                auto taken = makeError(ErrorCode::Conflict, takenEmail);
                taken.status = 400; // what existing clients expect
                return taken;
            }
            return account;
        });
}

void AccountRepository::setPasswordHash(UserId id, const std::string& hash, UtcTime now)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("UPDATE users SET password_hash = ?, updated_at = ? WHERE id = ?",
                            {hash, toMicroseconds(now), id.value});
    });
}

Result<bool> AccountRepository::remove(UserId id)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) -> Result<bool> {
        const auto account = findOne(transaction, "id = ? FOR UPDATE", {id.value});
        if (!account) return false;
        if (account->isAdministrator() && !hasOtherAdministrator(transaction, id)) return lastAdministrator();
        return transaction.execute("DELETE FROM users WHERE id = ?", {id.value}) > 0;
    });
}

UserId AccountRepository::skipNumber()
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        const auto key = "skip-" + randomToken(12);
        transaction.execute("INSERT INTO users (email, email_key, password_hash, name, username, fname, lname, phone, "
                            "role, active, balance, promotion, avatar_url, two_factor_enabled, created_at, updated_at) "
                            "VALUES ('', ?, '', '', '', '', '', '', 'guest', 0, 0, '', '', 0, 0, 0)",
                            {key});
        const UserId id{transaction.lastInsertId()};
        transaction.execute("DELETE FROM users WHERE id = ?", {id.value});
        return id;
    });
}

Result<std::optional<Account>> AccountRepository::administer(UserId id, const AdministrativeChange& change, UtcTime now)
{
    return database_.transact(
        TransactionKind::Durable, [&](Transaction& transaction) -> Result<std::optional<Account>> {
            auto account = findOne(transaction, "id = ? FOR UPDATE", {id.value});
            if (!account) return account;
            const bool was = account->isAdministrator() && account->active;
            if (change.role) account->role = *change.role;
            if (change.ownRole) account->ownRole = *change.ownRole;
            if (change.active) {
                account->active = *change.active;
                if (*change.active) account->confirmed = true;
            }
            if (change.balance) account->balance = *change.balance;
            if (was && !(account->isAdministrator() && account->active) && !hasOtherAdministrator(transaction, id))
                return lastAdministrator();
            transaction.execute("UPDATE users SET role = ?, own_role = ?, active = ?, confirmed = ?, balance = ?, "
                                "updated_at = ? WHERE id = ?",
                                {toString(account->role), account->ownRole, account->active, account->confirmed,
                                 account->balance, toMicroseconds(now), id.value});
            return account;
        });
}

void AccountRepository::confirm(UserId id, UtcTime now)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("UPDATE users SET confirmed = 1, email_verified = 1, updated_at = ? WHERE id = ?",
                            {toMicroseconds(now), id.value});
    });
}

void AccountRepository::setAvatar(UserId id, const std::string& url, UtcTime now)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("UPDATE users SET avatar_url = ?, updated_at = ? WHERE id = ?",
                            {url, toMicroseconds(now), id.value});
    });
}

void AccountRepository::setTwoFactor(UserId id, TwoFactorState state, UtcTime now)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("UPDATE users SET two_factor_enabled = ?, updated_at = ? WHERE id = ?",
                            {state == TwoFactorState::On, toMicroseconds(now), id.value});
    });
}

std::optional<Account> AccountRepository::findIdentity(const std::string& issuer, const std::string& subject) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return findOne(transaction, "id IN (SELECT user_id FROM auth_identities WHERE issuer = ? AND subject = ?)",
                       {issuer, subject});
    });
}

bool AccountRepository::addIdentity(UserId id, const std::string& issuer, const std::string& subject)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        try {
            transaction.execute("INSERT INTO auth_identities (issuer, subject, user_id) VALUES (?, ?, ?)",
                                {issuer, subject, id.value});
        }
        catch (const StorageError& error) {
            if (error.kind() == StorageError::Kind::ConstraintViolated) return false;
            throw;
        }
        return true;
    });
}

void AccountRepository::claim(UserId id, UtcTime now)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("UPDATE users SET password_hash = ?, two_factor_enabled = 0, confirmed = 1, email_verified "
                            "= 1, updated_at = ? WHERE id = ?",
                            {noPassword, toMicroseconds(now), id.value});
        for (const char* table : {"auth_second_factors", "auth_recovery_codes", "auth_devices", "auth_api_tokens",
                                  "auth_codes", "auth_mqtt_accounts"})
            transaction.execute(std::string("DELETE FROM ") + table + " WHERE user_id = ?", {id.value});
    });
}

std::vector<UserId> AccountRepository::expired(UtcTime now) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        std::vector<UserId> users;
        for (const auto& row :
             transaction.query("SELECT id FROM users WHERE expires_at > 0 AND expires_at <= ?", {toMicroseconds(now)}))
            users.push_back(UserId{row[0].integer()});
        return users;
    });
}

} // namespace atrium::auth
