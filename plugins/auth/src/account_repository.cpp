#include "account_repository.h"

namespace atrium::auth {

namespace {

constexpr const char* columns =
    "users.id, email, name, username, fname, lname, phone, role, active, balance, promotion, "
    "avatar_url, two_factor_enabled, password_hash, users.created_at";

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

std::vector<Account> AccountRepository::accountsWithSessions(UtcTime now) const
{
    const auto rows = database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return transaction.query(select("id IN (SELECT user_id FROM auth_sessions WHERE expires_at > ?)"),
                                 {toMicroseconds(now)});
    });
    std::vector<Account> accounts;
    accounts.reserve(rows.size());
    for (const auto& row : rows) accounts.push_back(toAccount(row));
    return accounts;
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
        if (transaction.query("SELECT id FROM users LIMIT 1 FOR UPDATE").empty()) created.role = Role::Admin;
        const auto now = toMicroseconds(account.createdAt);
        try {
            transaction.execute("INSERT INTO users (email, email_key, password_hash, name, username, fname, lname, "
                                "phone, role, active, balance, promotion, avatar_url, two_factor_enabled, created_at, "
                                "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                {created.email, emailKey(created.email), created.passwordHash, created.name.name,
                                 created.name.username, created.name.fname, created.name.lname, created.phone,
                                 toString(created.role), created.active, created.balance, created.promotion,
                                 created.avatarUrl, created.twoFactorEnabled, now, now});
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
            if (change.email) account->email = *change.email;
            if (change.name) account->name = *change.name;
            if (change.phone) account->phone = *change.phone;
            if (change.promotion) account->promotion = *change.promotion;
            try {
                transaction.execute("UPDATE users SET email = ?, email_key = ?, name = ?, username = ?, fname = ?, "
                                    "lname = ?, phone = ?, promotion = ?, updated_at = ? WHERE id = ?",
                                    {account->email, emailKey(account->email), account->name.name,
                                     account->name.username, account->name.fname, account->name.lname, account->phone,
                                     account->promotion, toMicroseconds(now), id.value});
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

bool AccountRepository::remove(UserId id)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        return transaction.execute("DELETE FROM users WHERE id = ?", {id.value}) > 0;
    });
}

Session AccountRepository::startSession(UserId user, UtcTime now, UtcTime expiresAt, std::vector<SessionId>& ended)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        ended.clear();
        transaction.execute("INSERT INTO auth_sessions (user_id, created_at, expires_at) VALUES (?, ?, ?)",
                            {user.value, toMicroseconds(now), toMicroseconds(expiresAt)});
        const Session session{SessionId{transaction.lastInsertId()}, user, now, expiresAt};
        for (const auto& row :
             transaction.query("SELECT id FROM auth_sessions WHERE user_id = ? ORDER BY id DESC LIMIT 1000 OFFSET ?",
                               {user.value, maxSessions})) {
            transaction.execute("DELETE FROM auth_sessions WHERE id = ?", {row[0].integer()});
            ended.push_back(SessionId{row[0].integer()});
        }
        return session;
    });
}

void AccountRepository::endSession(SessionId id)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM auth_sessions WHERE id = ?", {id.value});
    });
}

std::vector<Session> AccountRepository::activeSessions(UtcTime now) const
{
    const auto rows = database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return transaction.query("SELECT id, user_id, created_at, expires_at FROM auth_sessions WHERE expires_at > ?",
                                 {toMicroseconds(now)});
    });
    std::vector<Session> sessions;
    sessions.reserve(rows.size());
    for (const auto& row : rows)
        sessions.push_back({SessionId{row[0].integer()}, UserId{row[1].integer()}, fromMicroseconds(row[2].integer()),
                            fromMicroseconds(row[3].integer())});
    return sessions;
}

void AccountRepository::deleteExpiredSessions(UtcTime now)
{
    database_.transact(TransactionKind::Write, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM auth_sessions WHERE expires_at <= ?", {toMicroseconds(now)});
    });
}

} // namespace atrium::auth
