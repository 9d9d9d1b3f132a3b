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

/// What a right is asked for: the whole site, a room, or one thing. A right on a wider object holds for what is in it.
struct AccessObject {
    enum class Kind { Site, Room, Device, Plug, Event };
    Kind kind = Kind::Site;
    std::string id;   ///< number or name; empty for the site
    std::string room; ///< the room that a device or a plug is in; empty = none

    static AccessObject site() { return {}; }
    static AccessObject ofRoom(std::string name) { return {Kind::Room, std::move(name), {}}; }
    static AccessObject ofDevice(DeviceId id, std::string room)
    {
        return {Kind::Device, std::to_string(id.value), std::move(room)};
    }
    static AccessObject ofPlug(std::string id, std::string room = {})
    {
        return {Kind::Plug, std::move(id), std::move(room)};
    }
    static AccessObject ofEvent(std::int64_t id) { return {Kind::Event, std::to_string(id), {}}; }
};

/// `site`, `room`, `device`, `plug`, `event`.
const char* toString(AccessObject::Kind kind);
std::optional<AccessObject::Kind> parseObjectKind(std::string_view word);

/// What a person may do beyond the permissions of a role: own roles, grants to the person and to the person's groups,
/// each with an object and a time window. Answers for the present moment. Thread: any; never blocks, under 1 us.
class Rights {
public:
    virtual ~Rights() = default;
    virtual bool allow(std::string_view permission, const AccessObject& object) const = 0;
    /// Whether there is any object for which `allow` holds.
    virtual bool allowSomewhere(std::string_view permission) const = 0;
};

/// Who asks. Immutable; shared between the threads that serve one request. A default principal is anonymous.
struct Principal {
    /// What proved who asks.
    enum class Credential {
        Session,  ///< a person who signed in
        ApiToken, ///< a program in a person's name, within its scopes
        Program,  ///< a program in a person's name, in everything that is not about the account itself
    };
    UserId user;
    SessionId session;
    std::string name;
    Role role = Role::Guest;
    std::shared_ptr<const std::set<Permission, std::less<>>> permissions; ///< those for the whole site
    std::shared_ptr<const Rights> rights;                                 ///< null = none but `permissions`
    Credential credential = Credential::Session;

    bool isAnonymous() const { return !user; }
    /// Whether `permission` holds for the whole site.
    bool may(std::string_view permission) const { return hasEverywhere(permission) || allowed(permission, {}); }
    /// Whether `permission` holds for this very object.
    bool may(std::string_view permission, const AccessObject& object) const
    {
        return hasEverywhere(permission) || allowed(permission, object);
    }
    /// Whether `permission` holds for something: lets a request in whose handler then checks the object.
    bool maySomewhere(std::string_view permission) const
    {
        return hasEverywhere(permission) || (rights && rights->allowSomewhere(permission));
    }

private:
    bool hasEverywhere(std::string_view permission) const
    {
        return permissions && permissions->find(permission) != permissions->end();
    }
    bool allowed(std::string_view permission, const AccessObject& object) const
    {
        return rights && rights->allow(permission, object);
    }
};

} // namespace atrium
