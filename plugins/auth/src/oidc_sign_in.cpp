#include "oidc_sign_in.h"

#include <algorithm>

namespace atrium::auth {

namespace {

constexpr std::size_t maxNameBytes = 200;

Error refused(const Text& why) { return makeError(ErrorCode::Forbidden, why); }

std::string domainOf(const std::string& emailKey) { return emailKey.substr(emailKey.find('@') + 1); }

} // namespace

OidcSignIn::OidcSignIn(OidcSettings settings, OidcPolicy policy, Parts parts)
    : provider_(std::move(settings), parts.clock), policy_(std::move(policy)), parts_(std::move(parts)),
      flows_(parts_.clock)
{}

Result<OidcSignIn::Start> OidcSignIn::start()
{
    const auto flow = flows_.begin();
    const auto url = provider_.authorizationUrl(flow.state, flow.nonce, pkceChallenge(flow.verifier));
    if (!url) return url.error();
    return Start{*url, flow.browser};
}

Result<SignInResult> OidcSignIn::finish(const Value& body, std::string_view browser, SessionOrigin origin,
                                        Language language)
{
    const auto flow = flows_.take(body.textOr("state", ""), browser);
    if (!flow)
        return makeError(ErrorCode::InvalidArgument, {"Cette connexion n'a pas commencé ici, ou a trop duré",
                                                      "This sign-in did not begin here, or took too long"});
    // Another provider's answer (RFC 9207).
    if (body.find("iss") && body.textOr("iss", "") != settings().issuer)
        return makeError(ErrorCode::InvalidArgument,
                         {"Réponse d'un autre fournisseur d'identité", "An answer of another identity provider"});
    const auto identity = identify(body.textOr("code", ""), *flow);
    if (!identity) {
        parts_.log.warning("a sign-in at the identity provider failed", {{"reason", identity.error().detail}});
        parts_.audit.record({{}, "", "sign-in.oidc", "", origin.address, false, 0, identity.error().detail});
        return identity.error();
    }
    const auto account = accountOf(*identity, language);
    if (!account) return account.error();
    if (!account->isUsable(parts_.clock.now())) return refused({"Ce compte est fermé", "This account is closed"});
    origin.kind = "oidc";
    return parts_.signIn.finish(*account, std::move(origin), body.textOr("deviceToken", ""), language);
}

Result<OidcIdentity> OidcSignIn::identify(const std::string& code, const OidcFlows::Flow& flow)
{
    if (code.empty()) return makeError(ErrorCode::InvalidArgument, {"Le code est requis", "The code is required"});
    const auto tokens = provider_.redeem(code, flow.verifier);
    if (!tokens) return tokens.error();
    const auto keys = provider_.keySet();
    if (!keys) return keys.error();
    auto identity =
        checkIdToken(tokens->idToken, *keys, {settings().issuer, settings().clientId, flow.nonce}, parts_.clock.now());
    if (!identity || !identity->email.empty()) return identity;
    const auto userInfo = provider_.userInfo(tokens->accessToken);
    if (!userInfo) return userInfo.error();
    if (userInfo->isNull()) return identity;
    return withUserInfo(*std::move(identity), *userInfo);
}

Result<Account> OidcSignIn::accountOf(const OidcIdentity& identity, Language language)
{
    if (auto known = parts_.repository.findIdentity(identity.issuer, identity.subject)) return *std::move(known);
    // An address that the provider did not verify may be anybody's.
    if (!identity.emailVerified || !isEmail(emailKey(identity.email)))
        return refused({"Le fournisseur d'identité n'a pas confirmé votre adresse email",
                        "The identity provider did not confirm your e-mail address"});
    auto known = parts_.repository.findByEmail(identity.email);
    auto account = known ? join(*std::move(known), language) : create(identity);
    if (!account) return account;
    if (!parts_.repository.addIdentity(account->id, identity.issuer, identity.subject))
        return makeError(ErrorCode::Conflict); // the same person, twice in the same moment
    note(*account, "identity.link");
    return account;
}

Result<Account> OidcSignIn::join(Account account, Language language)
{
    if (!account.active) return refused({"Ce compte est fermé", "This account is closed"});
    if (account.emailVerified) return account;
    // Somebody may have made it in this person's name, to be let in again once the person uses it.
    parts_.repository.claim(account.id, parts_.clock.now());
    parts_.sessions.endAll(account.id);
    const auto claimed = parts_.repository.find(account.id);
    if (!claimed) return unknownUser();
    parts_.people.put(*claimed);
    if (const auto mailer = parts_.mailer())
        if (const auto sent = mailer->send(letters::passwordChanged(*claimed, language)); !sent)
            parts_.log.warning("a mail could not be sent", {{"category", "auth.notice"}});
    return *claimed;
}

Result<Account> OidcSignIn::create(const OidcIdentity& identity)
{
    const auto domain = domainOf(emailKey(identity.email));
    const bool isWelcome = policy_.domains.empty() ||
                           std::find(policy_.domains.begin(), policy_.domains.end(), domain) != policy_.domains.end();
    // The first account of all administrates: that shall not be whoever of a whole campus comes first.
    if (policy_.newPeople == OidcPolicy::NewPeople::AreRefused || !isWelcome || parts_.repository.count() == 0)
        return refused({"Vous n'avez pas de compte ici", "You have no account here"});
    const auto shown = identity.name.empty() || identity.name.size() > maxNameBytes
                           ? identity.email.substr(0, identity.email.find('@'))
                           : identity.name;
    const auto name = nameFrom(Object{{"name", shown}});
    if (!name) return refused({"Le fournisseur d'identité ne donne pas de nom", "The identity provider gives no name"});
    Account account;
    account.email = identity.email;
    account.name = *name;
    account.balance = policy_.newBalance;
    account.passwordHash = noPassword;
    account.emailVerified = true;
    account.createdAt = parts_.clock.now();
    auto created = parts_.repository.create(account);
    if (!created) return makeError(ErrorCode::Conflict);
    parts_.people.put(*created);
    note(*created, "register");
    return *std::move(created);
}

void OidcSignIn::note(const Account& account, const char* action)
{
    parts_.audit.record({account.id, account.name.name, action, "user:" + std::to_string(account.id.value)});
}

} // namespace atrium::auth
