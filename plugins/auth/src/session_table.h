#pragma once

#include "access_token.h"
#include "account_repository.h"
#include "atrium/clock.h"
#include "atrium/services/accounts.h"

#include <memory>
#include <shared_mutex>
#include <unordered_map>

namespace atrium::auth {

/// The sessions that stand, in memory, so that a request is let in without the database. The repository is written
/// first, this table afterwards. Thread: any.
class SessionTable : public Authenticator {
public:
    SessionTable(const AccessToken& tokens, const Clock& clock);

    /// The permissions of roles; before it is known nobody may do anything.
    void setCatalog(std::shared_ptr<const PermissionCatalog> catalog);

    Result<Principal> authenticate(std::string_view token) const override;

    void add(const Session& session, const Account& account);
    void end(SessionId session);
    /// A signed-in account got another name or role; a deactivated one loses its sessions.
    void update(const Account& account);
    void endAll(UserId user);
    void dropExpired();
    std::size_t size() const;

private:
    struct Person {
        std::string name;
        Role role = Role::Guest;
    };
    struct Entry {
        UserId user;
        UtcTime expiresAt{};
    };

    const AccessToken& tokens_;
    const Clock& clock_;
    mutable std::shared_mutex mutex_;
    std::shared_ptr<const PermissionCatalog> catalog_;
    std::unordered_map<SessionId, Entry> sessions_;
    std::unordered_map<UserId, Person> people_; ///< those with a session
};

/// "Token invalide", 401.
Error invalidToken();

} // namespace atrium::auth
