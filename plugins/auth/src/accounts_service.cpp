#include "accounts_service.h"

#include "atrium/text.h"

namespace atrium::auth {

namespace {

const Text wrongCredentials{"Email ou mot de passe incorrect", "Wrong e-mail address or password"};
const Text unknownUser{"Utilisateur non trouvé", "User not found"};

Error takenEmail()
{
    auto error =
        makeError(ErrorCode::Conflict, {"Cet email est déjà utilisé", "This e-mail address is already in use"});
    error.status = 400; // what existing clients expect
    return error;
}

} // namespace

AccountsService::AccountsService(AccountRepository& repository, SessionTable& sessions, const AccessToken& tokens,
                                 const PasswordHash& passwords, const Clock& clock, Log& log, Options options)
    : repository_(repository), sessions_(sessions), tokens_(tokens), passwords_(passwords), clock_(clock), log_(log),
      options_(options), throttle_(clock)
{}

void AccountsService::restoreSessions()
{
    const auto now = clock_.now();
    std::unordered_map<UserId, Account> accounts;
    for (auto& account : repository_.accountsWithSessions(now)) accounts.emplace(account.id, std::move(account));
    for (const auto& session : repository_.activeSessions(now))
        if (const auto account = accounts.find(session.user); account != accounts.end() && account->second.active)
            sessions_.add(session, account->second);
}

void AccountsService::ensureAdministrator(const std::string& email, const std::string& password)
{
    if (email.empty() || repository_.findByEmail(email)) return;
    auto registration = readRegistration(Object{{"email", email}, {"password", password}, {"name", "Administrateur"}});
    if (!registration.ok()) throw ErrorException(registration.error());
    Account account;
    account.email = registration->email;
    account.name = registration->name;
    account.promotion = registration->promotion;
    account.role = Role::Admin;
    account.passwordHash = passwords_.hash(password);
    account.createdAt = clock_.now();
    if (const auto created = repository_.create(account))
        log_.info("first administrator created", {{"user", created->id.value}});
}

Result<AccountsService::SignedIn> AccountsService::registerAccount(const Value& body)
{
    if (options_.registration == RegistrationPolicy::Closed)
        return makeError(ErrorCode::Forbidden, {"Les inscriptions sont fermées", "Registration is closed"});
    const auto registration = readRegistration(body);
    if (!registration) return registration.error();
    // Asked first to spare the hash; the unique index has the last word.
    if (repository_.findByEmail(registration->email)) return takenEmail();
    Account account;
    account.email = registration->email;
    account.name = registration->name;
    account.phone = registration->phone;
    account.promotion = registration->promotion;
    account.avatarUrl = registration->avatarUrl;
    account.passwordHash = passwords_.hash(registration->password);
    account.createdAt = clock_.now();
    const auto created = repository_.create(account);
    if (!created) return takenEmail();
    log_.info("account created", {{"user", created->id.value}, {"role", toString(created->role)}});
    return signIn(*created);
}

Result<AccountsService::SignedIn> AccountsService::logIn(const Value& body)
{
    const auto email = body.textOr("email", "");
    const auto password = body.textOr("password", "");
    const auto key = emailKey(email);
    if (!isEmail(key)) return makeError(ErrorCode::InvalidArgument, {"Email invalide", "Invalid e-mail address"});
    if (password.empty())
        return makeError(ErrorCode::InvalidArgument, {"Le mot de passe est requis", "The password is required"});
    if (const auto wait = throttle_.closedFor(key)) {
        auto error = makeError(ErrorCode::TooManyRequests,
                               {"Trop de tentatives, réessayez plus tard", "Too many attempts, try again later"});
        error.retryAfter = *wait;
        return error;
    }
    const auto account = repository_.findByEmail(key);
    bool isRight = false;
    if (account) isRight = passwords_.verify(password, account->passwordHash);
    else passwords_.pretendToVerify(password);
    if (!isRight || !account->active) {
        throttle_.failed(key);
        return makeError(ErrorCode::Unauthenticated, wrongCredentials);
    }
    throttle_.succeeded(key);
    if (passwords_.isOutdated(account->passwordHash))
        repository_.setPasswordHash(account->id, passwords_.hash(password), clock_.now());
    return signIn(*account);
}

AccountsService::SignedIn AccountsService::signIn(const Account& account)
{
    // Whole seconds, as the token has them.
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    std::vector<SessionId> ended;
    const auto session = repository_.startSession(account.id, now, now + options_.tokenLife, ended);
    for (const auto id : ended) sessions_.end(id);
    sessions_.add(session, account);
    return {account, tokens_.sign({account.id, session.id, session.createdAt, session.expiresAt})};
}

void AccountsService::logOut(std::string_view token)
{
    const auto principal = sessions_.authenticate(token);
    if (!principal) return;
    repository_.endSession(principal->session);
    sessions_.end(principal->session);
}

Result<Account> AccountsService::accountOf(std::string_view token)
{
    const auto claims = tokens_.verify(token, clock_.now());
    if (!claims) return makeError(ErrorCode::Forbidden, {"Token invalide", "Invalid token"});
    auto account = repository_.find(claims->user);
    if (!account) return makeError(ErrorCode::NotFound, unknownUser);
    if (!sessions_.authenticate(token)) return makeError(ErrorCode::Forbidden, {"Token invalide", "Invalid token"});
    return std::move(*account);
}

Result<Account> AccountsService::profile(UserId user)
{
    auto account = repository_.find(user);
    if (!account) return makeError(ErrorCode::NotFound, unknownUser);
    return std::move(*account);
}

Result<Account> AccountsService::changeProfile(UserId user, const Value& body)
{
    const auto current = profile(user);
    if (!current) return current.error();
    const auto change = readProfileChange(body, *current);
    if (!change) return change.error();
    auto changed = repository_.change(user, *change, clock_.now());
    if (!changed) return changed.error();
    if (!*changed) return makeError(ErrorCode::NotFound, unknownUser);
    sessions_.update(**changed);
    return std::move(**changed);
}

void AccountsService::dropExpiredSessions()
{
    sessions_.dropExpired();
    repository_.deleteExpiredSessions(clock_.now());
}

} // namespace atrium::auth
