#pragma once

#include "atrium/auth.h"
#include "atrium/result.h"

#include "atrium/subscription.h"

#include <functional>
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

/// Who the accounts are, for other plugins; provided by the auth plugin.
class Accounts {
public:
    static constexpr const char* serviceName = "accounts/1";
    virtual ~Accounts() = default;

    struct Person {
        UserId id;
        std::string name;
        std::string username;
        std::string fname;
        std::string lname;
        std::string email;     ///< for administrators and for mail only, never for other people
        std::string avatarUrl; ///< a data URL, or a path below /uploads
        std::string promotion;
        Role role = Role::Guest;
        bool active = true;
        std::string ownRole; ///< a role that the site made; empty = `role` alone
    };
    /// Nothing when there is no such account. Thread: any that may block.
    virtual std::optional<Person> find(UserId id) const = 0;
    /// Everybody, by name. Thread: any that may block.
    virtual std::vector<Person> everybody() const = 0;
    /// What a person may do now, for a program that acts in their name (automations). Errors: NotFound, Forbidden when
    /// the account is closed. Thread: any; never blocks.
    virtual Result<Principal> principalOf(UserId id) const = 0;
    /// `handler` runs after an account was deleted, on the thread that deleted it (which may block): delete what the
    /// person owned. Foreign keys on users(id) do the same within one database. Thread: any.
    virtual Subscription onRemoved(std::function<void(UserId)> handler) = 0;
};

} // namespace atrium
