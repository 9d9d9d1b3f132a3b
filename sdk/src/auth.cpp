#include "atrium/auth.h"

namespace atrium {

namespace {
constexpr const char* roleWords[] = {"guest", "user", "livreur", "manager", "admin", "superadmin"};
}

const char* toString(Role role) { return roleWords[static_cast<std::size_t>(role)]; }

std::optional<Role> parseRole(std::string_view word)
{
    if (word == "student" || word == "client") return Role::User;
    for (std::size_t i = 0; i < std::size(roleWords); ++i)
        if (word == roleWords[i]) return static_cast<Role>(i);
    return {};
}

} // namespace atrium
