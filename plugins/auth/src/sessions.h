#pragma once

#include "account.h"
#include "api_token.h"
#include "session_repository.h"
#include "session_table.h"

namespace atrium::auth {

/// What a client gets when it is signed in.
struct Issued {
    Account account;
    SessionId session;
    std::string token;
    UtcTime tokenExpiresAt{};
    std::string refreshToken; ///< empty = the client did not ask for one
};

/// Sessions from their start to their end: the database first, then the table that lets requests in. Thread: any that
/// may block. Throws StorageError.
class Sessions {
public:
    struct Options {
        std::chrono::hours tokenLife{168};       ///< of clients that know of no refresh
        std::chrono::minutes shortTokenLife{15}; ///< of those that do
        std::chrono::hours refreshLife{24 * 30};
    };
    Sessions(SessionRepository& repository, ApiTokenRepository& apiTokens, SessionTable& table,
             const AccessToken& tokens, const Clock& clock, Options options);

    /// The key of refresh tokens; before any is made.
    void use(std::string refreshKey) { refreshKey_ = std::move(refreshKey); }
    /// Brings everything back from the database; for the start.
    void restore();

    Issued start(const Account& account, const SessionOrigin& origin);
    /// At most until `latest` (guests).
    Issued start(const Account& account, const SessionOrigin& origin, UtcTime latest);

    struct Refreshed {
        Session session;
        std::string token;
        UtcTime tokenExpiresAt{};
        std::string refreshToken;
    };
    /// Errors: Unauthenticated; a token that was used before also ends its session.
    Result<Refreshed> refresh(std::string_view refreshToken, bool& reused);

    void end(SessionId session);
    /// False when it is not one of `user`.
    bool endOf(UserId user, SessionId session);
    /// All but `kept`, and with `kept` empty the API tokens too.
    std::size_t endAll(UserId user, SessionId kept = {});
    std::vector<Session> of(UserId user) const;
    void dropExpired();

private:
    std::string sign(const Session& session, UtcTime& expiresAt) const;

    SessionRepository& repository_;
    ApiTokenRepository& apiTokens_;
    SessionTable& table_;
    const AccessToken& tokens_;
    const Clock& clock_;
    const Options options_;
    std::string refreshKey_;
};

} // namespace atrium::auth
