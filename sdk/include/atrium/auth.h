#pragma once

#include "atrium/ids.h"
#include "atrium/value.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace atrium {

/// The roles of every system that Atrium serves, weakest first (contracts.md §1).
enum class Role { Guest, User, Courier, Manager, Admin, SuperAdmin };

/// `guest`, `user`, `livreur`, `manager`, `admin`, `superadmin`: the words that existing clients read.
const char* toString(Role role);
/// The role of a word; `student` and `client` are users. Empty for an unknown word.
std::optional<Role> parseRole(std::string_view word);

/// What may be done, e.g. `devices.control`: declared in a plugin's manifest together with the weakest role that has
/// it.
using Permission = std::string;

/// Who asks. Immutable; shared between the threads that serve one request. A default principal is anonymous.
struct Principal {
    UserId user;
    SessionId session;
    std::string name;
    Role role = Role::Guest;
    std::shared_ptr<const std::set<Permission, std::less<>>> permissions;

    bool isAnonymous() const { return !user; }
    bool may(std::string_view permission) const
    {
        return permissions && permissions->find(permission) != permissions->end();
    }
};

} // namespace atrium
