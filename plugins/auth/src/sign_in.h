#pragma once

#include "account_repository.h"
#include "atrium/log.h"
#include "atrium/services/audit.h"
#include "challenge_table.h"
#include "code_repository.h"
#include "letters.h"
#include "login_throttle.h"
#include "password_hash.h"
#include "second_factor_repository.h"
#include "sessions.h"

#include <functional>

namespace atrium::auth {

/// The mail server, or null while no plugin provides one.
using FindMailer = std::function<std::shared_ptr<Mailer>()>;
/// Whether mails can be sent now.
bool canMail(const FindMailer& findMailer);

/// What a sign-in came to.
struct SignInResult {
    enum class Kind {
        SignedIn,
        NotActivated, ///< the address has to be confirmed first
        SecondFactor, ///< `challenge` and one of `methods` finish it
        SetUpFactor,  ///< the role asks for a second factor that the account does not have yet
    };
    Kind kind = Kind::SignedIn;
    Account account;
    Issued issued;
    std::string challenge;
    std::vector<std::string> methods; ///< `totp`, `email`, `recovery`
    std::string deviceToken;          ///< remembers this device; shown once
    std::vector<std::string> recoveryCodes;
};

/// From a password, a remembered device or a refresh token to a session. Thread: any that may block; logIn() hashes.
/// Throws StorageError.
class SignIn {
public:
    struct Parts {
        AccountRepository& accounts;
        Sessions& sessions;
        SecondFactorRepository& factors;
        CodeRepository& codes;
        const People& people;
        const PasswordHash& passwords;
        const Clock& clock;
        Log& log;
        Audit& audit;
        FindMailer mailer;
    };
    explicit SignIn(Parts parts);

    /// `{email, password, deviceId?, deviceToken?, refresh?}`. One answer for an unknown address and a wrong password,
    /// after the same time.
    Result<SignInResult> logIn(const Value& body, SessionOrigin origin, Language language);
    /// `{challenge | email, otp, trustDevice?}`.
    Result<SignInResult> secondStep(const Value& body, SessionOrigin origin);
    /// Mails a code to whoever passed the first step. `{challenge}`.
    Result<void> mailCode(const Value& body, Language language);
    /// The secret of whoever has to set a second factor up. `{challenge}`.
    struct Enrolment {
        std::string secret;
        std::string uri;
    };
    Result<Enrolment> setUp(const Value& body);
    /// `{deviceId}` that a login named before.
    Result<SignInResult> byDevice(const Value& body, SessionOrigin origin);
    /// `{refreshToken}`.
    Result<Issued> refresh(const Value& body, const SessionOrigin& origin);
    /// After the password or the identity provider vouched for the person.
    Result<SignInResult> finish(const Account& account, SessionOrigin origin, const std::string& deviceToken,
                                Language language);

private:
    Issued issue(const Account& account, const SessionOrigin& origin);
    void note(const Account* account, const char* action, const SessionOrigin& origin, const char* refusal);
    std::vector<std::string> methodsOf(const SecondFactor& factor) const;
    Error wait(std::chrono::seconds time) const;

    Parts parts_;
    LoginThrottle passwords_;
    LoginThrottle factors_;
    ChallengeTable challenges_;
};

constexpr const char* totpIssuer = "Atrium";

} // namespace atrium::auth
