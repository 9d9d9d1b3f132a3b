#include "accounts_service.h"

#include "secret.h"

#include <algorithm>

namespace atrium::auth {

namespace {

using namespace std::chrono_literals;
using Purpose = CodeRepository::Purpose;
using Confirmation = RegistrationPolicy::Confirmation;

constexpr auto confirmationLife = 1h;
constexpr auto resetLife = 15min;
constexpr std::size_t mailsPerWindow = 5;

const Text wrongCode{"Code invalide ou expiré", "Invalid or expired code"};

Error takenEmail()
{
    auto error =
        makeError(ErrorCode::Conflict, {"Cet email est déjà utilisé", "This e-mail address is already in use"});
    error.status = 400; // what existing clients expect
    return error;
}

Error tooMany(std::chrono::seconds wait)
{
    auto error = makeError(ErrorCode::TooManyRequests);
    error.retryAfter = wait;
    return error;
}

} // namespace

Error unknownUser() { return makeError(ErrorCode::NotFound, {"Utilisateur non trouvé", "User not found"}); }

AccountsService::AccountsService(Parts parts, RegistrationPolicy policy)
    : parts_(std::move(parts)), policy_(std::move(policy)), passwordTries_(parts_.clock),
      mails_(parts_.clock, mailsPerWindow, 15min), codeTries_(parts_.clock)
{}

void AccountsService::restore()
{
    for (const auto& account : parts_.repository.all()) parts_.people.put(account);
    parts_.sessions.restore();
}

Account AccountsService::accountFrom(const Registration& registration) const
{
    Account account;
    account.email = registration.email;
    account.name = registration.name;
    account.phone = registration.phone;
    account.promotion = registration.promotion;
    account.avatarUrl = registration.avatarUrl;
    account.balance = policy_.newBalance;
    account.passwordHash = parts_.passwords.hash(registration.password);
    account.createdAt = parts_.clock.now();
    return account;
}

void AccountsService::ensureAdministrator(const std::string& email, const std::string& password)
{
    if (email.empty() || parts_.repository.findByEmail(email)) return;
    const auto registration = readRegistration(
        Object{{"email", email}, {"password", password}, {"name", "Administrateur"}}, parts_.passwordPolicy);
    if (!registration.ok()) throw ErrorException(registration.error());
    auto account = accountFrom(*registration);
    account.role = Role::Admin;
    account.emailVerified = true; // whoever runs the server vouches
    if (const auto created = parts_.repository.create(account)) {
        parts_.people.put(*created);
        parts_.log.info("first administrator created", {{"user", created->id.value}});
    }
}

Result<std::optional<Invitation>> AccountsService::admit(const Value& body, const Registration& registration) const
{
    const auto code = body.textOr("invitation", "");
    if (!code.empty()) {
        auto invitation = parts_.invitations.find(code, registration.email, parts_.clock.now());
        if (!invitation)
            return makeError(ErrorCode::Forbidden, {"Invitation invalide ou expirée", "Invalid or expired invitation"});
        return invitation;
    }
    if (policy_.who == RegistrationPolicy::Who::Invited)
        return makeError(ErrorCode::Forbidden, {"Une invitation est nécessaire", "An invitation is needed"});
    const auto key = emailKey(registration.email);
    const auto domain = key.substr(key.find('@') + 1);
    if (!policy_.domains.empty() &&
        std::find(policy_.domains.begin(), policy_.domains.end(), domain) == policy_.domains.end())
        return makeError(ErrorCode::Forbidden, {"Les inscriptions sont réservées à certaines adresses",
                                                "Registration is for certain addresses only"});
    return std::optional<Invitation>();
}

bool AccountsService::mustConfirm(const Value& body) const
{
    if (policy_.confirmation == Confirmation::Nobody || !canMail(parts_.mailer)) return false;
    return policy_.confirmation == Confirmation::Everybody || hasSplitName(body);
}

bool AccountsService::mayMail(const std::string& key)
{
    if (mails_.closedFor(key)) return false;
    mails_.failed(key);
    return true;
}

void AccountsService::sendLater(Mail mail)
{
    const auto mailer = parts_.mailer();
    if (!mailer) return;
    const auto category = mail.category;
    if (const auto sent = mailer->send(std::move(mail)); !sent)
        parts_.log.warning("a mail could not be sent", {{"category", category}, {"reason", sent.error().message.en}});
}

Result<SignInResult> AccountsService::registerAccount(const Value& body, const SessionOrigin& origin, Language language)
{
    if (policy_.who == RegistrationPolicy::Who::Nobody)
        return makeError(ErrorCode::Forbidden, {"Les inscriptions sont fermées", "Registration is closed"});
    const auto registration = readRegistration(body, parts_.passwordPolicy);
    if (!registration) return registration.error();
    const auto invitation = admit(body, *registration);
    if (!invitation) return invitation.error();

    // Hashed before anybody knows whether the address is taken: the time tells nothing.
    auto account = accountFrom(*registration);
    const bool confirms = mustConfirm(body) && !*invitation;
    account.confirmed = !confirms;
    if (*invitation) account.role = (*invitation)->role;
    const auto created = parts_.repository.create(account);
    if (!created) {
        const auto owner = parts_.repository.findByEmail(account.email);
        if (!confirms || policy_.confirmation != Confirmation::Everybody || !owner) return takenEmail();
        SignInResult result;
        result.kind = SignInResult::Kind::NotActivated;
        account.id = parts_.repository.skipNumber();
        result.account = account;
        if (mayMail(emailKey(account.email))) sendLater(letters::alreadyRegistered(*owner, language));
        return result;
    }
    if (*invitation && !parts_.invitations.use((*invitation)->id)) {
        const auto removed = parts_.repository.remove(created->id); // somebody was faster with the same code
        return makeError(ErrorCode::Forbidden, {"Invitation invalide ou expirée", "Invalid or expired invitation"},
                         removed.ok() ? "" : "its account stays");
    }
    parts_.people.put(*created);
    parts_.log.info("account created", {{"user", created->id.value}, {"role", toString(created->role)}});
    parts_.audit.record(
        {created->id, created->name.name, "register", "user:" + std::to_string(created->id.value), origin.address});
    SignInResult result;
    result.account = *created;
    if (!created->confirmed) {
        result.kind = SignInResult::Kind::NotActivated;
        const auto code = parts_.codes.make(created->id, Purpose::Confirm, parts_.clock.now() + confirmationLife);
        if (mayMail(emailKey(created->email))) sendLater(letters::confirmation(*created, code, language));
        return result;
    }
    return parts_.signIn.finish(*created, origin, {}, language);
}

Result<Issued> AccountsService::confirm(const Value& body, SessionOrigin origin)
{
    const auto refused = makeError(ErrorCode::InvalidArgument, wrongCode);
    const auto key = emailKey(body.textOr("email", ""));
    if (const auto time = codeTries_.closedFor(key)) return tooMany(*time);
    auto account = parts_.repository.findByEmail(key);
    const auto* code = body.find("code");
    const auto typed = code && code->isInteger() ? std::to_string(code->integer()) : body.textOr("code", "");
    if (!account || account->confirmed ||
        !parts_.codes.take(account->id, Purpose::Confirm, typed, parts_.clock.now())) {
        codeTries_.failed(key);
        return refused;
    }
    parts_.repository.confirm(account->id, parts_.clock.now());
    account->confirmed = true;
    parts_.people.put(*account);
    origin.kind = "confirm";
    const auto result = parts_.signIn.finish(*account, origin, {}, Language::French);
    if (!result) return result.error();
    return result->issued;
}

Result<void> AccountsService::resendConfirmation(const Value& body, Language language)
{
    const auto key = emailKey(body.textOr("email", ""));
    const auto account = parts_.repository.findByEmail(key);
    // What existing clients read, unless the site has chosen that nobody learns which addresses have an account.
    const bool tells = policy_.confirmation != Confirmation::Everybody;
    if (!account) {
        if (tells) return unknownUser();
        return {};
    }
    if (account->confirmed) {
        if (tells)
            return makeError(ErrorCode::InvalidArgument,
                             {"Ce compte est déjà actif", "This account is active already"});
        return {};
    }
    if (!mayMail(key)) return {};
    const auto code = parts_.codes.make(account->id, Purpose::Confirm, parts_.clock.now() + confirmationLife);
    sendLater(letters::confirmation(*account, code, language));
    return {};
}

void AccountsService::forgotPassword(const std::string& email, Language language)
{
    const auto key = emailKey(email);
    const auto account = parts_.repository.findByEmail(key);
    if (!account || !account->isUsable(parts_.clock.now()) || !canMail(parts_.mailer) || !mayMail(key)) return;
    const auto code = parts_.codes.make(account->id, Purpose::Reset, parts_.clock.now() + resetLife);
    sendLater(letters::passwordReset(*account, code, language));
}

Result<void> AccountsService::resetPassword(const Value& body, Language language)
{
    const auto password = body.textOr("newPassword", body.textOr("password", ""));
    if (const auto fine = parts_.passwordPolicy.check(password, "/newPassword"); !fine) return fine.error();
    const auto key = emailKey(body.textOr("email", ""));
    if (const auto time = codeTries_.closedFor(key)) return tooMany(*time);
    const auto account = parts_.repository.findByEmail(key);
    // Hashed in any case: the time tells nothing.
    const auto hash = parts_.passwords.hash(password);
    const auto* code = body.find("code");
    const auto typed =
        code && code->isInteger() ? std::to_string(code->integer()) : body.textOr("code", body.textOr("otp", ""));
    if (!account || !account->active || !parts_.codes.take(account->id, Purpose::Reset, typed, parts_.clock.now())) {
        codeTries_.failed(key);
        return makeError(ErrorCode::InvalidArgument, wrongCode);
    }
    parts_.repository.setPasswordHash(account->id, hash, parts_.clock.now());
    parts_.repository.confirm(account->id, parts_.clock.now()); // the code came by mail
    parts_.factors.forgetDevices(account->id);
    parts_.sessions.endAll(account->id);
    parts_.audit.record(
        {account->id, account->name.name, "password.reset", "user:" + std::to_string(account->id.value)});
    sendLater(letters::passwordChanged(*account, language));
    return {};
}

Result<void> AccountsService::checkPassword(UserId user, const std::string& password)
{
    const auto key = std::to_string(user.value);
    if (const auto time = passwordTries_.closedFor(key)) return tooMany(*time);
    const auto account = parts_.repository.find(user);
    if (!account) return unknownUser();
    if (!parts_.passwords.verify(password, account->passwordHash)) {
        passwordTries_.failed(key);
        return makeError(ErrorCode::InvalidArgument, {"Mot de passe incorrect", "Wrong password"});
    }
    passwordTries_.succeeded(key);
    return {};
}

Result<void> AccountsService::changePassword(const Principal& who, const Value& body, Language language)
{
    if (const auto right = checkPassword(who.user, body.textOr("currentPassword", "")); !right) return right.error();
    const auto password = body.textOr("newPassword", "");
    if (const auto fine = parts_.passwordPolicy.check(password, "/newPassword"); !fine) return fine.error();
    parts_.repository.setPasswordHash(who.user, parts_.passwords.hash(password), parts_.clock.now());
    parts_.factors.forgetDevices(who.user);
    parts_.sessions.endAll(who.user, who.session);
    if (const auto account = parts_.repository.find(who.user)) sendLater(letters::passwordChanged(*account, language));
    return {};
}

Result<void> AccountsService::setPassword(UserId user, const std::string& password)
{
    if (const auto fine = parts_.passwordPolicy.check(password, "/password"); !fine) return fine.error();
    if (!parts_.repository.find(user)) return unknownUser();
    parts_.repository.setPasswordHash(user, parts_.passwords.hash(password), parts_.clock.now());
    parts_.factors.forgetDevices(user);
    parts_.sessions.endAll(user);
    return {};
}

void AccountsService::logOut(std::string_view token)
{
    const auto principal = parts_.table.authenticate(token);
    if (principal && principal->session) parts_.sessions.end(principal->session);
}

Result<Account> AccountsService::accountOf(std::string_view token)
{
    const auto refused = makeError(ErrorCode::Forbidden, {"Token invalide", "Invalid token"});
    auto principal = parts_.table.authenticate(token);
    if (!principal) {
        // A good token of an account that is gone has an answer of its own.
        const auto claims = parts_.tokens.verify(token, parts_.clock.now());
        if (claims && !parts_.repository.find(claims->user)) return unknownUser();
        return refused;
    }
    if (principal->credential == Principal::Credential::ApiToken && !principal->may("account")) return refused;
    return profile(principal->user);
}

Result<Account> AccountsService::profile(UserId user) const
{
    auto account = parts_.repository.find(user);
    if (!account) return unknownUser();
    return std::move(*account);
}

Result<Account> AccountsService::changeProfile(const Principal& who, UserId user, const Value& body, Language language)
{
    const auto current = profile(user);
    if (!current) return current.error();
    const auto change = readProfileChange(body, *current);
    if (!change) return change.error();
    const bool moves = change->email && emailKey(*change->email) != emailKey(current->email);
    if (moves && who.credential != Principal::Credential::Session)
        return makeError(ErrorCode::Forbidden,
                         {"Un programme ne change pas l'adresse", "A program does not change the address"});
    auto changed = parts_.repository.change(user, *change, parts_.clock.now());
    if (!changed) return changed.error();
    if (!*changed) return unknownUser();
    parts_.people.put(**changed);
    if (moves) sendLater(letters::addressChanged(*current, language));
    return std::move(**changed);
}

Result<Account> AccountsService::setAvatar(UserId user, const std::string& url)
{
    parts_.repository.setAvatar(user, url, parts_.clock.now());
    return profile(user);
}

Result<Account> AccountsService::create(const Value& body, Role role)
{
    const auto registration = readRegistration(body, parts_.passwordPolicy);
    if (!registration) return registration.error();
    auto account = accountFrom(*registration);
    account.role = role;
    account.emailVerified = true; // the administrator vouches
    auto created = parts_.repository.create(account);
    if (!created) return takenEmail();
    parts_.people.put(*created);
    return std::move(*created);
}

Result<Account> AccountsService::administer(UserId user, const AdministrativeChange& change)
{
    if (change.ownRole && !change.ownRole->empty()) {
        const auto role = parts_.people.role(*change.ownRole);
        if (!role || !role->own) return makeError(ErrorCode::InvalidArgument, {"Rôle inconnu", "Unknown role"});
    }
    auto changed = parts_.repository.administer(user, change, parts_.clock.now());
    if (!changed) return changed.error();
    if (!*changed) return unknownUser();
    parts_.people.put(**changed);
    if (!(*changed)->active) parts_.sessions.endAll(user);
    return std::move(**changed);
}

Result<void> AccountsService::remove(UserId user)
{
    const auto removed = parts_.repository.remove(user);
    if (!removed) return removed.error();
    if (!*removed) return unknownUser();
    parts_.people.remove(user);
    parts_.table.endAll(user);
    std::vector<std::function<void(UserId)>> handlers;
    {
        std::lock_guard lock(listeners_->mutex);
        for (const auto& [id, handler] : listeners_->handlers) handlers.push_back(handler);
    }
    for (const auto& handler : handlers) {
        try {
            handler(user);
        }
        catch (const std::exception& error) {
            parts_.log.error("what a deleted account owned is not all gone", {{"reason", error.what()}});
        }
    }
    return {};
}

Subscription AccountsService::onRemoved(std::function<void(UserId)> handler)
{
    std::lock_guard lock(listeners_->mutex);
    const int id = listeners_->next++;
    listeners_->handlers[id] = std::move(handler);
    return Subscription([listeners = listeners_, id] {
        std::lock_guard guard(listeners->mutex);
        listeners->handlers.erase(id);
    });
}

void AccountsService::dropExpired()
{
    parts_.sessions.dropExpired();
    parts_.factors.deleteExpired(parts_.clock.now());
    for (const auto guest : parts_.repository.expired(parts_.clock.now()))
        if (const auto removed = remove(guest); !removed)
            parts_.log.warning("a guest whose time is over stays", {{"user", guest.value}});
}

} // namespace atrium::auth
