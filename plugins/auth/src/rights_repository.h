#pragma once

#include "atrium/database.h"
#include "grant.h"

#include <vector>

namespace atrium::auth {

/// All SQL of roles, groups, grants and guest links. Thread: any that may block. Throws StorageError.
class RightsRepository {
public:
    explicit RightsRepository(Database& database) : database_(database) {}

    std::vector<SiteRole> roles() const;
    std::vector<Group> groups() const;
    std::vector<Grant> grants() const;

    /// Adds or changes a role. Durable.
    void putRole(const SiteRole& role);
    /// False when there is none, or somebody has it. Durable.
    bool removeRole(const std::string& name);
    /// Empty when the name is taken. Durable.
    std::optional<Group> createGroup(const std::string& name);
    bool removeGroup(std::int64_t id);
    /// False when the group or one of the members is unknown. Durable.
    bool setMembers(std::int64_t group, const std::vector<UserId>& members);
    /// With its id; empty when its subject is unknown. Durable.
    std::optional<Grant> createGrant(Grant grant);
    bool removeGrant(std::int64_t id);

    /// The code that signs a guest in until `expiresAt`; shown once. Durable.
    std::string createGuestLink(UserId guest, UserId createdBy, UtcTime now, UtcTime expiresAt);
    /// The guest of a code.
    std::optional<UserId> guestOf(std::string_view code, UtcTime now) const;
    struct GuestLink {
        std::int64_t id = 0;
        UserId guest;
        UtcTime createdAt{};
        UtcTime expiresAt{};
    };
    std::vector<GuestLink> guestLinks(UtcTime now) const;

private:
    Database& database_;
};

} // namespace atrium::auth
