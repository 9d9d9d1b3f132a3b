#pragma once

#include "access_token.h"
#include "api_token.h"
#include "atrium/clock.h"
#include "people.h"
#include "session.h"

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <unordered_map>

namespace atrium::auth {

/// The sessions and API tokens that stand, in memory, so that a request is let in without the database. The repository
/// is written first, this table afterwards. Thread: any.
class SessionTable : public Authenticator {
public:
    SessionTable(const AccessToken& tokens, const People& people, const Clock& clock);

    Result<Principal> authenticate(std::string_view token) const override;

    void add(const Session& session);
    /// A refresh made it live longer.
    void extend(SessionId session, UtcTime expiresAt);
    void end(SessionId session);
    void endAll(UserId user);
    void add(const ApiToken& token);
    void endApiToken(std::int64_t id);
    void dropExpired();

    std::size_t size() const;
    /// When a session was used last in this run of the server.
    std::optional<UtcTime> lastUse(SessionId session) const;
    /// All uses since the last call.
    std::vector<std::pair<SessionId, UtcTime>> takeUses();

private:
    struct Entry {
        Entry(UserId user, UtcTime expiresAt) : user(user), expiresAt(expiresAt) {}
        UserId user;
        UtcTime expiresAt;
        mutable std::atomic<std::int64_t> lastUsed{0};
        std::int64_t savedUse = 0;
    };
    Result<Principal> authenticateApiToken(std::string_view token) const;

    const AccessToken& tokens_;
    const People& people_;
    const Clock& clock_;
    mutable std::shared_mutex mutex_;
    std::unordered_map<SessionId, std::unique_ptr<Entry>> sessions_;
    std::unordered_map<std::int64_t, ApiToken> apiTokens_;
};

/// "Token invalide", 401.
Error invalidToken();

} // namespace atrium::auth
