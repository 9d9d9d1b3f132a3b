#pragma once

#include "atrium/auth.h"
#include "atrium/result.h"

#include <string>
#include <string_view>

namespace atrium {

/// Turns a bearer token into a principal; provided by the auth plugin, asked by the HTTP gate and the WebSocket hub.
class Authenticator {
public:
    static constexpr const char* serviceName = "authenticator/1";
    virtual ~Authenticator() = default;

    /// Errors: Unauthenticated with a sentence for people ("Token invalide"). Never blocks: signature and an in-memory
    /// table of sessions only. Thread: any.
    virtual Result<Principal> authenticate(std::string_view token) const = 0;
};

/// A permission and the weakest role that has it unless the site says otherwise.
struct PermissionDeclaration {
    Permission id;
    Role weakestRole = Role::Admin;
    std::string description;
};

/// All permissions that manifests declare; provided by the server.
class PermissionCatalog {
public:
    static constexpr const char* serviceName = "permission-catalog/1";
    virtual ~PermissionCatalog() = default;
    /// The permissions of `role`. Thread: any.
    virtual std::shared_ptr<const std::set<Permission, std::less<>>> permissionsOf(Role role) const = 0;
};

} // namespace atrium
