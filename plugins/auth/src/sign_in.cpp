#include "sign_in.h"

#include "one_time_password.h"
#include "secret.h"

namespace atrium::auth {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::hours deviceLife{24 * 30};
constexpr std::size_t shortestDeviceId = 8;
constexpr std::size_t factorTries = 5;

const Text wrongCredentials{"Email ou mot de passe incorrect", "Wrong e-mail address or password"};
const Text wrongCode{"Code invalide ou expiré", "Invalid or expired code"};

Error badCode() { return makeError(ErrorCode::InvalidArgument, wrongCode); }

} // namespace

bool canMail(const FindMailer& findMailer)
{
    const auto mailer = findMailer();
    return mailer && mailer->isConfigured();
}

SignIn::SignIn(Parts parts)
    : parts_(std::move(parts)), passwords_(parts_.clock), factors_(parts_.clock, factorTries, 5min),
      challenges_(parts_.clock)
{}

Error SignIn::wait(std::chrono::seconds time) const
{
    auto error = makeError(ErrorCode::TooManyRequests,
                           {"Trop de tentatives, réessayez plus tard", "Too many attempts, try again later"});
    error.retryAfter = time;
    return error;
}

void SignIn::note(const Account* account, const char* action, const SessionOrigin& origin, const char* refusal)
{
    AuditEntry entry;
    if (account) {
        entry.user = account->id;
        entry.actor = account->name.name;
        entry.object = "user:" + std::to_string(account->id.value);
    }
    entry.action = action;
    entry.address = origin.address;
    entry.allowed = *refusal == '\0';
    entry.detail = refusal;
    parts_.audit.record(std::move(entry));
}

Result<SignInResult> SignIn::logIn(const Value& body, SessionOrigin origin, Language language)
{
    const auto password = body.textOr("password", "");
    const auto key = emailKey(body.textOr("email", ""));
    if (!isEmail(key)) return makeError(ErrorCode::InvalidArgument, {"Email invalide", "Invalid e-mail address"});
    if (password.empty())
        return makeError(ErrorCode::InvalidArgument, {"Le mot de passe est requis", "The password is required"});
    if (const auto time = passwords_.closedFor(key)) {
        note(nullptr, "sign-in", origin, "too many attempts");
        return wait(*time);
    }
    const auto account = parts_.accounts.findByEmail(key);
    bool isRight = false;
    if (account) isRight = parts_.passwords.verify(password, account->passwordHash);
    else parts_.passwords.pretendToVerify(password);
    const bool isOpen =
        account && account->active && (account->expiresAt == UtcTime{} || account->expiresAt > parts_.clock.now());
    if (!isRight || !isOpen) {
        passwords_.failed(key);
        note(account ? &*account : nullptr, "sign-in", origin, isRight ? "account is closed" : "wrong password");
        return makeError(ErrorCode::Unauthenticated, wrongCredentials);
    }
    passwords_.succeeded(key);
    if (parts_.passwords.isOutdated(account->passwordHash))
        parts_.accounts.setPasswordHash(account->id, parts_.passwords.hash(password), parts_.clock.now());
    auto result = finish(*account, origin, body.textOr("deviceToken", ""), language);
    const auto device = body.textOr("deviceId", "");
    if (result && result->kind == SignInResult::Kind::SignedIn && device.size() >= shortestDeviceId)
        parts_.factors.remember(account->id, RememberedDevice::Purpose::Login, device, origin.agent, parts_.clock.now(),
                                parts_.clock.now() + 12 * deviceLife);
    return result;
}

std::vector<std::string> SignIn::methodsOf(const SecondFactor& factor) const
{
    std::vector<std::string> methods;
    if (factor.hasTotp()) methods.emplace_back("totp");
    if (factor.byMail) methods.emplace_back("email");
    if (factor.recoveryCodes > 0) methods.emplace_back("recovery");
    return methods;
}

Result<SignInResult> SignIn::finish(const Account& account, SessionOrigin origin, const std::string& deviceToken,
                                    Language language)
{
    SignInResult result;
    result.account = account;
    if (!account.confirmed) {
        result.kind = SignInResult::Kind::NotActivated;
        return result;
    }
    const auto factor = parts_.factors.find(account.id);
    if (factor.isOn()) {
        const auto owner = deviceToken.empty() ? std::nullopt
                                               : parts_.factors.ownerOf(RememberedDevice::Purpose::SecondFactor,
                                                                        deviceToken, parts_.clock.now());
        if (owner != account.id) {
            result.kind = SignInResult::Kind::SecondFactor;
            result.methods = methodsOf(factor);
            result.challenge = challenges_.make(account.id, ChallengeTable::Task::Verify, origin.refreshes);
            if (!factor.hasTotp())
                if (const auto sent = mailCode(Object{{"challenge", result.challenge}}, language); !sent)
                    return sent.error();
            return result;
        }
    }
    else if (parts_.people.needsSecondFactor(account)) {
        result.kind = SignInResult::Kind::SetUpFactor;
        result.challenge = challenges_.make(account.id, ChallengeTable::Task::SetUp, origin.refreshes);
        return result;
    }
    result.issued = issue(account, origin);
    note(&account, "sign-in", origin, "");
    return result;
}

Issued SignIn::issue(const Account& account, const SessionOrigin& origin)
{
    if (account.expiresAt != UtcTime{}) return parts_.sessions.start(account, origin, account.expiresAt);
    return parts_.sessions.start(account, origin);
}

Result<void> SignIn::mailCode(const Value& body, Language language)
{
    const auto challenge = challenges_.find(body.textOr("challenge", ""));
    if (!challenge) return badCode();
    const auto account = parts_.accounts.find(challenge->user);
    if (!account || !parts_.factors.find(account->id).byMail) return badCode();
    // One code in its life: whoever asks again gets no new tries.
    if (parts_.codes.isOpen(account->id, CodeRepository::Purpose::SecondFactor, parts_.clock.now())) return {};
    const auto mailer = parts_.mailer();
    if (!mailer || !mailer->isConfigured())
        return makeError(ErrorCode::Unavailable, {"Aucun serveur de messagerie", "There is no mail server"});
    const auto code = parts_.codes.make(account->id, CodeRepository::Purpose::SecondFactor,
                                        parts_.clock.now() + ChallengeTable::life);
    return mailer->send(letters::secondFactor(*account, code, language));
}

Result<SignIn::Enrolment> SignIn::setUp(const Value& body)
{
    const auto challenge = challenges_.find(body.textOr("challenge", ""));
    if (!challenge || challenge->task != ChallengeTable::Task::SetUp) return badCode();
    const auto account = parts_.accounts.find(challenge->user);
    if (!account) return badCode();
    const auto secret = totp::newSecret();
    parts_.factors.proposeTotp(account->id, secret);
    return Enrolment{totp::toBase32(secret), totp::uri(secret, totpIssuer, account->email)};
}

Result<SignInResult> SignIn::secondStep(const Value& body, SessionOrigin origin)
{
    auto token = body.textOr("challenge", "");
    if (token.empty())
        if (const auto account = parts_.accounts.findByEmail(body.textOr("email", "")))
            token = challenges_.tokenOf(account->id);
    const auto challenge = challenges_.tryOut(token);
    const auto account = challenge ? parts_.accounts.find(challenge->user) : std::nullopt;
    if (!account || !account->isUsable(parts_.clock.now())) return badCode();
    const auto key = std::to_string(account->id.value);
    if (const auto time = factors_.closedFor(key)) return wait(*time);

    auto code = body.textOr("otp", body.textOr("code", ""));
    std::erase(code, ' ');
    const auto now = parts_.clock.now();
    const auto before = parts_.factors.find(account->id);
    const bool isSetUp = challenge->task == ChallengeTable::Task::SetUp;
    bool isRight = (isSetUp || before.hasTotp()) && parts_.factors.takeTotp(account->id, code, now);
    if (!isRight && !isSetUp && before.byMail)
        isRight = parts_.codes.take(account->id, CodeRepository::Purpose::SecondFactor, code, now);
    if (!isRight && !isSetUp) isRight = parts_.factors.takeRecoveryCode(account->id, code);
    if (!isRight) {
        factors_.failed(key);
        note(&*account, "sign-in.second-factor", origin, "wrong code");
        return badCode();
    }
    factors_.succeeded(key);
    challenges_.remove(token);

    SignInResult result;
    result.account = *account;
    if (isSetUp) {
        parts_.accounts.setTwoFactor(account->id, TwoFactorState::On, now);
        result.account.twoFactorEnabled = true;
        result.recoveryCodes = parts_.factors.makeRecoveryCodes(account->id);
    }
    if (body.booleanOr("trustDevice", false)) {
        result.deviceToken = randomToken();
        parts_.factors.remember(account->id, RememberedDevice::Purpose::SecondFactor, result.deviceToken, origin.agent,
                                now, now + deviceLife);
    }
    origin.refreshes = origin.refreshes || challenge->refreshes;
    result.issued = issue(result.account, origin);
    note(&*account, "sign-in.second-factor", origin, "");
    return result;
}

Result<SignInResult> SignIn::byDevice(const Value& body, SessionOrigin origin)
{
    const auto device = body.textOr("deviceId", "");
    if (device.empty())
        return makeError(ErrorCode::InvalidArgument, {"Identifiant d'appareil manquant", "Device id missing"});
    const auto unknown = makeError(ErrorCode::Unauthenticated, {"Appareil inconnu", "Unknown device"});
    const auto owner = parts_.factors.ownerOf(RememberedDevice::Purpose::Login, device, parts_.clock.now());
    const auto account = owner ? parts_.accounts.find(*owner) : std::nullopt;
    origin.kind = "device";
    // A number alone is no second factor: whoever has one signs in with it.
    if (!account || !account->isUsable(parts_.clock.now()) || account->twoFactorEnabled ||
        parts_.people.needsSecondFactor(*account)) {
        note(account ? &*account : nullptr, "sign-in.device", origin, "unknown device");
        return unknown;
    }
    SignInResult result;
    result.account = *account;
    result.issued = issue(*account, origin);
    note(&*account, "sign-in.device", origin, "");
    return result;
}

Result<Issued> SignIn::refresh(const Value& body, const SessionOrigin& origin)
{
    bool reused = false;
    auto refreshed = parts_.sessions.refresh(body.textOr("refreshToken", ""), reused);
    if (reused) {
        parts_.log.warning("a refresh token was used twice, its session is over");
        note(nullptr, "session.refresh", origin, "token was used before: session revoked");
    }
    if (!refreshed) return refreshed.error();
    const auto account = parts_.accounts.find(refreshed->session.user);
    if (!account || !account->isUsable(parts_.clock.now())) {
        parts_.sessions.end(refreshed->session.id);
        return invalidToken();
    }
    return Issued{*account, refreshed->session.id, refreshed->token, refreshed->tokenExpiresAt,
                  refreshed->refreshToken};
}

} // namespace atrium::auth
