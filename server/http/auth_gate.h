#pragma once

#include "atrium/http.h"
#include "http/config.h"

namespace atrium::http {

/// Decides who asks and whether they may (contracts.md §1 and §2). Thread: any.
class AuthGate {
public:
    explicit AuthGate(const HttpDependencies& dependencies);

    /// The principal that the handler sees, or 401/403. `authorization` is the header's value.
    Result<Principal> admit(const RouteAccess& access, std::string_view authorization,
                            std::string_view remoteAddress) const;

private:
    Result<Principal> bearer(const RouteAccess& access, std::string_view authorization) const;

    const HttpDependencies& dependencies_;
};

} // namespace atrium::http
