#include "http/auth_gate.h"

#include "http/header_text.h"
#include "http/network_address.h"

namespace atrium::http {

namespace {
constexpr std::size_t maxTokenLength = 4096; // library-traps J5: payloads are parsed before the signature
/// Lets an API token use the routes that ask for no permission of their own.
constexpr const char* accountScope = "account";

Error missingToken() { return makeError(ErrorCode::Unauthenticated, {"Token manquant", "Token missing"}); }

bool permits(const RouteAccess& access, const Principal& principal)
{
    using Credential = Principal::Credential;
    switch (access.kind) {
    case RouteAccess::Kind::Public: return true;
    case RouteAccess::Kind::Authenticated:
        return principal.credential != Credential::ApiToken || principal.may(accountScope);
    case RouteAccess::Kind::Personal: return principal.credential == Credential::Session;
    case RouteAccess::Kind::Permitted: break;
    }
    return access.scope == RouteAccess::Scope::Object ? principal.maySomewhere(access.permission)
                                                      : principal.may(access.permission);
}

Error invalidToken() { return makeError(ErrorCode::Unauthenticated, {"Token invalide", "Invalid token"}); }
} // namespace

AuthGate::AuthGate(const HttpDependencies& dependencies) : dependencies_(dependencies) {}

Result<Principal> AuthGate::bearer(const RouteAccess& access, std::string_view authorization) const
{
    if (authorization.empty()) return missingToken();
    const auto space = authorization.find(' ');
    const auto token = space == std::string_view::npos ? std::string_view{} : trimBlanks(authorization.substr(space));
    auto refuse = [&](Error error) -> Result<Principal> {
        if (access.badTokenStatus) error.status = access.badTokenStatus;
        return error;
    };
    if (!equalsIgnoringCase(authorization.substr(0, space), "bearer")) return refuse(invalidToken());
    if (token.empty()) return missingToken();
    if (token.size() > maxTokenLength) return refuse(invalidToken());
    auto principal = dependencies_.authenticate(token);
    if (!principal.ok()) {
        const bool refused = principal.error().code == ErrorCode::Unauthenticated;
        return refused ? refuse(std::move(principal.error())) : principal;
    }
    return principal;
}

Result<Principal> AuthGate::admit(const RouteAccess& access, std::string_view authorization,
                                  std::string_view remoteAddress) const
{
    if (access.kind == RouteAccess::Kind::Public) return Principal{};

    auto principal = bearer(access, authorization);
    if (principal.ok() && permits(access, *principal)) return principal;

    if (access.openHome && dependencies_.homeIsOpen()) {
        const auto address = NetworkAddress::parse(remoteAddress);
        if (address && address->isLocal()) {
            Principal neighbour = principal.ok() ? *principal : Principal{};
            // Only what this route needs: the open home lends one permission, not a role.
            neighbour.permissions = std::make_shared<const std::set<Permission, std::less<>>>(
                std::set<Permission, std::less<>>{access.permission});
            return neighbour;
        }
    }
    if (!principal.ok()) return principal;
    if (access.kind == RouteAccess::Kind::Permitted)
        return makeError(ErrorCode::Forbidden, {}, "lacks permission " + access.permission);
    return makeError(ErrorCode::Forbidden, {"Ce jeton d'API ne le permet pas", "This API token does not allow that"});
}

} // namespace atrium::http
