#include "session_table.h"

#include <mutex>
#include <set>

namespace atrium::auth {

Error invalidToken() { return makeError(ErrorCode::Unauthenticated, {"Token invalide", "Invalid token"}); }

SessionTable::SessionTable(const AccessToken& tokens, const Clock& clock) : tokens_(tokens), clock_(clock) {}

void SessionTable::setCatalog(std::shared_ptr<const PermissionCatalog> catalog)
{
    std::unique_lock lock(mutex_);
    catalog_ = std::move(catalog);
}

Result<Principal> SessionTable::authenticate(std::string_view token) const
{
    const auto claims = tokens_.verify(token, clock_.now());
    if (!claims) return invalidToken();
    std::shared_lock lock(mutex_);
    const auto session = sessions_.find(claims->session);
    if (session == sessions_.end() || session->second.user != claims->user || session->second.expiresAt <= clock_.now())
        return invalidToken();
    const auto person = people_.find(claims->user);
    if (person == people_.end()) return invalidToken();
    Principal principal;
    principal.user = claims->user;
    principal.session = claims->session;
    principal.name = person->second.name;
    principal.role = person->second.role;
    if (catalog_) principal.permissions = catalog_->permissionsOf(principal.role);
    return principal;
}

void SessionTable::add(const Session& session, const Account& account)
{
    std::unique_lock lock(mutex_);
    sessions_[session.id] = {session.user, session.expiresAt};
    people_[account.id] = {account.name.name, account.role};
}

void SessionTable::end(SessionId session)
{
    std::unique_lock lock(mutex_);
    sessions_.erase(session);
}

void SessionTable::update(const Account& account)
{
    if (!account.active) {
        endAll(account.id);
        return;
    }
    std::unique_lock lock(mutex_);
    if (const auto person = people_.find(account.id); person != people_.end())
        person->second = {account.name.name, account.role};
}

void SessionTable::endAll(UserId user)
{
    std::unique_lock lock(mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.user == user; });
    people_.erase(user);
}

void SessionTable::dropExpired()
{
    const auto now = clock_.now();
    std::unique_lock lock(mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.expiresAt <= now; });
    std::set<UserId> present;
    for (const auto& [id, entry] : sessions_) present.insert(entry.user);
    std::erase_if(people_, [&](const auto& entry) { return !present.contains(entry.first); });
}

std::size_t SessionTable::size() const
{
    std::shared_lock lock(mutex_);
    return sessions_.size();
}

} // namespace atrium::auth
