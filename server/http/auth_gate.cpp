#include "http/auth_gate.h"

#include "http/header_text.h"
#include "http/network_address.h"

namespace atrium::http {

namespace {
constexpr std::size_t maxTokenLength = 4096; // library-traps J5: payloads are parsed before the signature

Error missingToken() { return makeError(ErrorCode::Unauthenticated, {"Token manquant", "Token missing"}); }
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
    const bool permitted =
        principal.ok() && (access.kind == RouteAccess::Kind::Authenticated || principal->may(access.permission));
    if (permitted) return principal;

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
    return makeError(ErrorCode::Forbidden, {}, "lacks permission " + access.permission);
}

} // namespace atrium::http
