#include "session_table.h"

#include "secret.h"

#include <mutex>

namespace atrium::auth {

Error invalidToken() { return makeError(ErrorCode::Unauthenticated, {"Token invalide", "Invalid token"}); }

SessionTable::SessionTable(const AccessToken& tokens, const People& people, const Clock& clock)
    : tokens_(tokens), people_(people), clock_(clock)
{}

Result<Principal> SessionTable::authenticate(std::string_view token) const
{
    if (ApiToken::isOne(token)) return authenticateApiToken(token);
    const auto now = clock_.now();
    const auto claims = tokens_.verify(token, now);
    if (!claims) return invalidToken();
    {
        std::shared_lock lock(mutex_);
        const auto found = sessions_.find(claims->session);
        if (found == sessions_.end() || found->second->user != claims->user || found->second->expiresAt <= now)
            return invalidToken();
        found->second->lastUsed.store(toMicroseconds(now), std::memory_order_relaxed);
    }
    auto principal = people_.principalOf(claims->user);
    if (!principal) return invalidToken();
    principal->session = claims->session;
    return principal;
}

Result<Principal> SessionTable::authenticateApiToken(std::string_view text) const
{
    const auto id = ApiToken::idOf(text);
    std::shared_lock lock(mutex_);
    const auto found = apiTokens_.find(id);
    if (found == apiTokens_.end()) return invalidToken();
    const auto& token = found->second;
    if (!equalInConstantTime(token.hash, fingerprint(text)) ||
        (token.expiresAt != UtcTime{} && token.expiresAt <= clock_.now()))
        return invalidToken();
    auto principal = people_.principalOf(token.user);
    if (!principal) return invalidToken();
    principal->rights = std::make_shared<ScopedRights>(token.scopes, principal->permissions, principal->rights);
    principal->permissions.reset();
    principal->credential = Principal::Credential::ApiToken;
    return principal;
}

void SessionTable::add(const Session& session)
{
    std::unique_lock lock(mutex_);
    sessions_[session.id] = std::make_unique<Entry>(session.user, session.expiresAt);
}

void SessionTable::extend(SessionId session, UtcTime expiresAt)
{
    std::unique_lock lock(mutex_);
    if (const auto found = sessions_.find(session); found != sessions_.end()) found->second->expiresAt = expiresAt;
}

void SessionTable::end(SessionId session)
{
    std::unique_lock lock(mutex_);
    sessions_.erase(session);
}

void SessionTable::endAll(UserId user)
{
    std::unique_lock lock(mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second->user == user; });
    std::erase_if(apiTokens_, [&](const auto& entry) { return entry.second.user == user; });
}

void SessionTable::add(const ApiToken& token)
{
    std::unique_lock lock(mutex_);
    apiTokens_.insert_or_assign(token.id, token);
}

void SessionTable::endApiToken(std::int64_t id)
{
    std::unique_lock lock(mutex_);
    apiTokens_.erase(id);
}

void SessionTable::dropExpired()
{
    const auto now = clock_.now();
    std::unique_lock lock(mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second->expiresAt <= now; });
}

std::size_t SessionTable::size() const
{
    std::shared_lock lock(mutex_);
    return sessions_.size();
}

std::optional<UtcTime> SessionTable::lastUse(SessionId session) const
{
    std::shared_lock lock(mutex_);
    const auto found = sessions_.find(session);
    if (found == sessions_.end() || found->second->lastUsed.load() == 0) return std::nullopt;
    return fromMicroseconds(found->second->lastUsed.load());
}

std::vector<std::pair<SessionId, UtcTime>> SessionTable::takeUses()
{
    std::unique_lock lock(mutex_);
    std::vector<std::pair<SessionId, UtcTime>> uses;
    for (auto& [id, entry] : sessions_)
        if (const auto used = entry->lastUsed.load(); used != entry->savedUse) {
            entry->savedUse = used;
            uses.emplace_back(id, fromMicroseconds(used));
        }
    return uses;
}

} // namespace atrium::auth
