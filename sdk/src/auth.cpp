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

const char* toString(AccessObject::Kind kind)
{
    switch (kind) {
    case AccessObject::Kind::Site: return "site";
    case AccessObject::Kind::Room: return "room";
    case AccessObject::Kind::Device: return "device";
    case AccessObject::Kind::Plug: return "plug";
    case AccessObject::Kind::Event: return "event";
    }
    return "site";
}

std::optional<AccessObject::Kind> parseObjectKind(std::string_view word)
{
    using Kind = AccessObject::Kind;
    for (const auto kind : {Kind::Site, Kind::Room, Kind::Device, Kind::Plug, Kind::Event})
        if (word == toString(kind)) return kind;
    return {};
}

} // namespace atrium
