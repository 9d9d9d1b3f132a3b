#pragma once

#include "account_repository.h"
#include "atrium/clock.h"
#include "atrium/log.h"
#include "login_throttle.h"
#include "password_hash.h"
#include "session_table.h"

namespace atrium::auth {

enum class RegistrationPolicy { Open, Closed };

/// What a person may do with an account: register, log in, log out, read and change it. Thread: any that may block;
/// registerAccount() and logIn() hash a password (HashingThread). Throws StorageError.
class AccountsService {
public:
    struct SignedIn {
        Account account;
        std::string token;
    };
    struct Options {
        RegistrationPolicy registration = RegistrationPolicy::Open;
        std::chrono::hours tokenLife{168};
    };

    AccountsService(AccountRepository& repository, SessionTable& sessions, const AccessToken& tokens,
                    const PasswordHash& passwords, const Clock& clock, Log& log, Options options);

    /// Brings the sessions of the database back; for the start.
    void restoreSessions();
    /// Makes the administrator of the configuration unless the account exists. Throws ErrorException when the address
    /// or the password is not usable.
    void ensureAdministrator(const std::string& email, const std::string& password);

    Result<SignedIn> registerAccount(const Value& body);
    /// One answer for an unknown address and a wrong password, after the same time.
    Result<SignedIn> logIn(const Value& body);
    /// Ends the session of a token; nothing happens when there is none.
    void logOut(std::string_view token);
    /// The account of a token for /api/auth/me. Errors: Forbidden, NotFound when the account is gone.
    Result<Account> accountOf(std::string_view token);
    Result<Account> profile(UserId user);
    Result<Account> changeProfile(UserId user, const Value& body);
    void dropExpiredSessions();

private:
    SignedIn signIn(const Account& account);

    AccountRepository& repository_;
    SessionTable& sessions_;
    const AccessToken& tokens_;
    const PasswordHash& passwords_;
    const Clock& clock_;
    Log& log_;
    const Options options_;
    LoginThrottle throttle_;
};

} // namespace atrium::auth
