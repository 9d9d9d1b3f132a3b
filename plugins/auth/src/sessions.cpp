#include "sessions.h"

namespace atrium::auth {

Sessions::Sessions(SessionRepository& repository, ApiTokenRepository& apiTokens, SessionTable& table,
                   const AccessToken& tokens, const Clock& clock, Options options)
    : repository_(repository), apiTokens_(apiTokens), table_(table), tokens_(tokens), clock_(clock), options_(options)
{}

void Sessions::restore()
{
    const auto now = clock_.now();
    for (const auto& session : repository_.active(now)) table_.add(session);
    for (const auto& token : apiTokens_.all(now)) table_.add(token);
}

std::string Sessions::sign(const Session& session, UtcTime& expiresAt) const
{
    // Whole seconds, as the token has them.
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    expiresAt = session.generation == 0 ? session.expiresAt
                                        : std::min<UtcTime>(session.expiresAt, now + options_.shortTokenLife);
    return tokens_.sign({session.user, session.id, now, expiresAt});
}

Issued Sessions::start(const Account& account, const SessionOrigin& origin)
{
    return start(account, origin, UtcTime::max());
}

Issued Sessions::start(const Account& account, const SessionOrigin& origin, UtcTime latest)
{
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    const auto life = origin.refreshes ? options_.refreshLife : options_.tokenLife;
    const auto until = std::min(std::chrono::floor<std::chrono::seconds>(latest), now + life);
    std::vector<SessionId> ended;
    const auto session = repository_.start(account.id, origin, now, until, ended);
    for (const auto id : ended) table_.end(id);
    table_.add(session);
    Issued issued;
    issued.account = account;
    issued.session = session.id;
    issued.token = sign(session, issued.tokenExpiresAt);
    if (session.generation > 0) issued.refreshToken = makeRefreshToken(refreshKey_, {session.id, session.generation});
    return issued;
}

Result<Sessions::Refreshed> Sessions::refresh(std::string_view refreshToken, bool& reused)
{
    reused = false;
    const auto claims = readRefreshToken(refreshKey_, refreshToken);
    if (!claims) return invalidToken();
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    std::optional<Session> session;
    switch (repository_.rotate(*claims, now, now + options_.refreshLife, session)) {
    case SessionRepository::Rotation::Gone: return invalidToken();
    case SessionRepository::Rotation::Reused:
        table_.end(claims->session);
        reused = true;
        return invalidToken();
    case SessionRepository::Rotation::Done: break;
    }
    table_.extend(session->id, session->expiresAt);
    Refreshed refreshed;
    refreshed.token = sign(*session, refreshed.tokenExpiresAt);
    refreshed.refreshToken = makeRefreshToken(refreshKey_, {session->id, session->generation});
    refreshed.session = std::move(*session);
    return refreshed;
}

void Sessions::end(SessionId session)
{
    repository_.end(session);
    table_.end(session);
}

bool Sessions::endOf(UserId user, SessionId session)
{
    if (!repository_.endOf(user, session)) return false;
    table_.end(session);
    return true;
}

std::size_t Sessions::endAll(UserId user, SessionId kept)
{
    const auto ended = repository_.endAll(user, kept);
    if (!kept) {
        apiTokens_.removeAllOf(user);
        table_.endAll(user);
    }
    for (const auto id : ended) table_.end(id);
    return ended.size();
}

std::vector<Session> Sessions::of(UserId user) const
{
    auto sessions = repository_.activeOf(user, clock_.now());
    for (auto& session : sessions)
        if (const auto used = table_.lastUse(session.id)) session.lastUsedAt = std::max(session.lastUsedAt, *used);
    return sessions;
}

void Sessions::dropExpired()
{
    table_.dropExpired();
    repository_.setLastUsed(table_.takeUses());
    repository_.deleteExpired(clock_.now());
}

} // namespace atrium::auth
