#pragma once

#include "invitation_repository.h"
#include "sign_in.h"

#include <mutex>

namespace atrium::auth {

/// Who may make an account.
struct RegistrationPolicy {
    enum class Who { Everybody, Invited, Nobody };
    /// Whose address has to be confirmed by a code before the account can be used.
    enum class Confirmation {
        Nobody,
        SplitNames, ///< clients that send `fname` and `lname`: they know how (contracts.md decision 6)
        Everybody,  ///< and then nobody learns from registration which addresses have an account
    };
    Who who = Who::Everybody;
    std::vector<std::string> domains; ///< of mail, lower case; empty = all
    Confirmation confirmation = Confirmation::Nobody;
    std::int64_t newBalance = 0; ///< minor units
};

/// The life of an account: register, confirm, change, forget the password, delete. Thread: any that may block;
/// what takes a password hashes it. Throws StorageError.
class AccountsService {
public:
    struct Parts {
        AccountRepository& repository;
        InvitationRepository& invitations;
        CodeRepository& codes;
        SecondFactorRepository& factors;
        Sessions& sessions;
        SessionTable& table;
        People& people;
        const AccessToken& tokens;
        const PasswordHash& passwords;
        const PasswordPolicy& passwordPolicy;
        SignIn& signIn;
        const Clock& clock;
        Log& log;
        Audit& audit;
        FindMailer mailer;
    };
    AccountsService(Parts parts, RegistrationPolicy policy);

    /// Brings accounts and sessions of the database back; for the start.
    void restore();
    /// Makes the administrator of the configuration unless the account exists. Throws ErrorException when the address
    /// or the password is not usable.
    void ensureAdministrator(const std::string& email, const std::string& password);

    /// NotActivated when a code was mailed; then `account` holds nothing but a number that tells nothing.
    Result<SignInResult> registerAccount(const Value& body, const SessionOrigin& origin, Language language);
    /// `{email, code}`: the account is open and signed in.
    Result<Issued> confirm(const Value& body, SessionOrigin origin);
    Result<void> resendConfirmation(const Value& body, Language language);
    /// Mails a code if there is such an account; takes its time, so the caller answers before it runs.
    void forgotPassword(const std::string& email, Language language);
    /// `{email, code, newPassword}`: all sessions end.
    Result<void> resetPassword(const Value& body, Language language);
    /// `{currentPassword, newPassword}`: all other sessions end.
    Result<void> changePassword(const Principal& who, const Value& body, Language language);
    /// Whether it is the password of the account; counts wrong ones.
    Result<void> checkPassword(UserId user, const std::string& password);

    /// Ends the session of a token; nothing happens when there is none.
    void logOut(std::string_view token);
    /// The account of a token for /api/auth/me. Errors: Forbidden, NotFound when the account is gone.
    Result<Account> accountOf(std::string_view token);
    /// Whether a token was good once.
    bool hasExpired(std::string_view token) const { return parts_.tokens.hasExpired(token, parts_.clock.now()); }
    Result<Account> profile(UserId user) const;
    /// A new address is told to the old one. Errors: Forbidden when a program changes the address, which would let it
    /// have the password reset.
    Result<Account> changeProfile(const Principal& who, UserId user, const Value& body, Language language);
    Result<Account> setAvatar(UserId user, const std::string& url);

    /// Made by an administrator; confirmed.
    Result<Account> create(const Value& body, Role role);
    Result<Account> administer(UserId user, const AdministrativeChange& change);
    /// With all that belongs to it; tells whoever listens.
    Result<void> remove(UserId user);
    Subscription onRemoved(std::function<void(UserId)> handler);
    /// Sets a password in a person's place; all sessions end.
    Result<void> setPassword(UserId user, const std::string& password);

    void dropExpired();
    const RegistrationPolicy& policy() const { return policy_; }

private:
    Account accountFrom(const Registration& registration) const;
    Result<std::optional<Invitation>> admit(const Value& body, const Registration& registration) const;
    bool mustConfirm(const Value& body) const;
    bool mayMail(const std::string& key);
    void sendLater(Mail mail);

    struct Listeners {
        std::mutex mutex;
        std::map<int, std::function<void(UserId)>> handlers;
        int next = 0;
    };

    Parts parts_;
    const RegistrationPolicy policy_;
    LoginThrottle passwordTries_;
    LoginThrottle mails_;
    LoginThrottle codeTries_;
    std::shared_ptr<Listeners> listeners_ = std::make_shared<Listeners>();
};

Error unknownUser();

} // namespace atrium::auth
