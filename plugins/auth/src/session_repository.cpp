#include "session_repository.h"

#include <string>

namespace atrium::auth {

namespace {

constexpr const char* columns =
    "SELECT id, user_id, created_at, expires_at, kind, address, agent, last_used_at, generation FROM auth_sessions ";

Session toSession(const SqlRow& row)
{
    Session session;
    session.id = SessionId{row[0].integer()};
    session.user = UserId{row[1].integer()};
    session.createdAt = fromMicroseconds(row[2].integer());
    session.expiresAt = fromMicroseconds(row[3].integer());
    session.origin = {row[4].text(), row[5].text(), row[6].text(), row[8].integer() > 0};
    session.lastUsedAt = fromMicroseconds(row[7].integer());
    session.generation = row[8].integer();
    return session;
}

std::vector<Session> select(Transaction& transaction, const std::string& condition, const SqlParameters& parameters)
{
    std::vector<Session> sessions;
    for (const auto& row : transaction.query(columns + condition, parameters)) sessions.push_back(toSession(row));
    return sessions;
}

} // namespace

Session SessionRepository::start(UserId user, const SessionOrigin& origin, UtcTime now, UtcTime expiresAt,
                                 std::vector<SessionId>& ended)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        ended.clear();
        Session session{{}, user, now, expiresAt, origin, now, origin.refreshes ? 1 : 0};
        transaction.execute("INSERT INTO auth_sessions (user_id, created_at, expires_at, kind, address, agent, "
                            "last_used_at, generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                            {user.value, toMicroseconds(now), toMicroseconds(expiresAt), origin.kind, origin.address,
                             origin.agent, toMicroseconds(now), session.generation});
        session.id = SessionId{transaction.lastInsertId()};
        for (const auto& row :
             transaction.query("SELECT id FROM auth_sessions WHERE user_id = ? ORDER BY id DESC LIMIT 1000 OFFSET ?",
                               {user.value, maxSessions})) {
            transaction.execute("DELETE FROM auth_sessions WHERE id = ?", {row[0].integer()});
            ended.push_back(SessionId{row[0].integer()});
        }
        return session;
    });
}

SessionRepository::Rotation SessionRepository::rotate(const RefreshClaims& claims, UtcTime now, UtcTime expiresAt,
                                                      std::optional<Session>& session)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        session.reset();
        auto found = select(transaction, "WHERE id = ? FOR UPDATE", {claims.session.value});
        if (found.empty() || found[0].expiresAt <= now || found[0].generation < claims.generation)
            return Rotation::Gone;
        session = std::move(found[0]);
        if (session->generation > claims.generation) {
            // Somebody else has this token too. Which of the two is the thief cannot be known: neither goes on.
            transaction.execute("DELETE FROM auth_sessions WHERE id = ?", {claims.session.value});
            return Rotation::Reused;
        }
        ++session->generation;
        session->expiresAt = expiresAt;
        session->lastUsedAt = now;
        transaction.execute(
            "UPDATE auth_sessions SET generation = ?, expires_at = ?, last_used_at = ? WHERE id = ?",
            {session->generation, toMicroseconds(expiresAt), toMicroseconds(now), claims.session.value});
        return Rotation::Done;
    });
}

void SessionRepository::end(SessionId id)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM auth_sessions WHERE id = ?", {id.value});
    });
}

bool SessionRepository::endOf(UserId user, SessionId id)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        return transaction.execute("DELETE FROM auth_sessions WHERE id = ? AND user_id = ?", {id.value, user.value}) >
               0;
    });
}

std::vector<SessionId> SessionRepository::endAll(UserId user, SessionId kept)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        std::vector<SessionId> ended;
        for (const auto& row : transaction.query(
                 "SELECT id FROM auth_sessions WHERE user_id = ? AND id <> ? FOR UPDATE", {user.value, kept.value}))
            ended.push_back(SessionId{row[0].integer()});
        transaction.execute("DELETE FROM auth_sessions WHERE user_id = ? AND id <> ?", {user.value, kept.value});
        return ended;
    });
}

std::vector<Session> SessionRepository::active(UtcTime now) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return select(transaction, "WHERE expires_at > ?", {toMicroseconds(now)});
    });
}

std::vector<Session> SessionRepository::activeOf(UserId user, UtcTime now) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return select(transaction, "WHERE user_id = ? AND expires_at > ? ORDER BY id DESC",
                      {user.value, toMicroseconds(now)});
    });
}

void SessionRepository::deleteExpired(UtcTime now)
{
    database_.transact(TransactionKind::Write, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM auth_sessions WHERE expires_at <= ?", {toMicroseconds(now)});
    });
}

void SessionRepository::setLastUsed(const std::vector<std::pair<SessionId, UtcTime>>& uses)
{
    if (uses.empty()) return;
    database_.transact(TransactionKind::Write, [&](Transaction& transaction) {
        for (const auto& [id, at] : uses)
            transaction.execute("UPDATE auth_sessions SET last_used_at = ? WHERE id = ?",
                                {toMicroseconds(at), id.value});
    });
}

} // namespace atrium::auth
