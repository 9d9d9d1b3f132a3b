#pragma once

#include "atrium/auth.h"
#include "atrium/result.h"
#include "atrium/time.h"
#include "site_time.h"

namespace atrium::auth {

/// When a right holds: on some weekdays, between two local times (past midnight when `untilMinute` is smaller), within
/// a period. The default is always.
struct AccessWindow {
    static constexpr int wholeDay = 24 * 60;
    static constexpr unsigned everyDay = 0x7f;

    unsigned days = everyDay; ///< bit 0 = Monday; of the day on which a window begins
    int fromMinute = 0;
    int untilMinute = wholeDay;
    UtcTime validFrom{};  ///< epoch = since ever
    UtcTime validUntil{}; ///< epoch = for good

    bool isOpen(UtcTime now, const LocalMoment& local) const;
    bool isOver(UtcTime now) const { return validUntil != UtcTime{} && validUntil <= now; }
};

/// One permission on one object at some times, for one person, one group or one own role.
struct Grant {
    std::int64_t id = 0;
    UserId user;
    std::int64_t group = 0;
    std::string role;
    Permission permission;
    AccessObject::Kind objectKind = AccessObject::Kind::Site;
    std::string objectId;
    AccessWindow window;
    UserId createdBy;
    UtcTime createdAt{};
};

/// A role that the site made, or what the site says of a built-in one.
struct SiteRole {
    std::string name;
    Role base = Role::User; ///< what existing clients see
    bool secondFactor = false;
    bool own = true; ///< has exactly the permissions of its grants; a built-in role has those of the manifests
};

struct Group {
    std::int64_t id = 0;
    std::string name;
    std::vector<UserId> members;
};

/// Reads `{permission, object: {kind, id}, days, from, until, validFrom, validUntil}` where times are `HH:MM` and RFC
/// 3339. The subject is the caller's business.
Result<Grant> readGrant(const Value& body);
Object toJsonObject(const Grant& grant);

} // namespace atrium::auth
