#pragma once

#include "account.h"
#include "atrium/database.h"

#include <optional>
#include <vector>

namespace atrium::auth {

/// A session as it is stored: a token names it until it ends or is revoked.
struct Session {
    SessionId id;
    UserId user;
    UtcTime createdAt{};
    UtcTime expiresAt{};
};

/// All SQL of accounts and sessions. Thread: any that may block. Throws StorageError.
class AccountRepository {
public:
    explicit AccountRepository(Database& database);

    std::optional<Account> find(UserId id) const;
    /// Without case.
    std::optional<Account> findByEmail(std::string_view email) const;
    /// All accounts that have a session.
    std::vector<Account> accountsWithSessions(UtcTime now) const;
    std::int64_t count() const;

    /// Stores a new account (its id is ignored) and returns it with its id; empty when the address is taken. The first
    /// account of all becomes an administrator. Durable.
    std::optional<Account> create(Account account);
    /// Empty when the account is gone; Conflict as Error when the address is taken. Durable.
    Result<std::optional<Account>> change(UserId id, const ProfileChange& change, UtcTime now);
    /// Durable.
    void setPasswordHash(UserId id, const std::string& hash, UtcTime now);
    /// With all sessions. False when it was gone. Durable.
    bool remove(UserId id);

    /// Starts a session; the oldest ones of the account over `maxSessions` end and are returned. Durable.
    Session startSession(UserId user, UtcTime now, UtcTime expiresAt, std::vector<SessionId>& ended);
    static constexpr std::int64_t maxSessions = 50;
    /// Durable.
    void endSession(SessionId id);
    std::vector<Session> activeSessions(UtcTime now) const;
    void deleteExpiredSessions(UtcTime now);

private:
    Database& database_;
};

} // namespace atrium::auth
