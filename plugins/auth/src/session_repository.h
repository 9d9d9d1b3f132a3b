#pragma once

#include "atrium/database.h"
#include "session.h"

#include <vector>

namespace atrium::auth {

/// All SQL of sessions. Thread: any that may block. Throws StorageError.
class SessionRepository {
public:
    static constexpr std::int64_t maxSessions = 50;

    explicit SessionRepository(Database& database) : database_(database) {}

    /// Starts a session; the oldest ones of the account over `maxSessions` end and are returned. Durable.
    Session start(UserId user, const SessionOrigin& origin, UtcTime now, UtcTime expiresAt,
                  std::vector<SessionId>& ended);

    enum class Rotation {
        Done,   ///< the next generation is good now, until `expiresAt`
        Reused, ///< this generation was used before: the session ended
        Gone,   ///< there is no such session, or it is over
    };
    /// Uses a refresh token: of any number of parallel uses one is Done. Durable.
    Rotation rotate(const RefreshClaims& claims, UtcTime now, UtcTime expiresAt, std::optional<Session>& session);

    /// Durable.
    void end(SessionId id);
    /// False when it is not a session of `user`. Durable.
    bool endOf(UserId user, SessionId id);
    /// All but `kept`; those that ended. Durable.
    std::vector<SessionId> endAll(UserId user, SessionId kept);

    std::vector<Session> active(UtcTime now) const;
    std::vector<Session> activeOf(UserId user, UtcTime now) const;
    void deleteExpired(UtcTime now);
    void setLastUsed(const std::vector<std::pair<SessionId, UtcTime>>& uses);

private:
    Database& database_;
};

} // namespace atrium::auth
