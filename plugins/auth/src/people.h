#pragma once

#include "account.h"
#include "atrium/services/accounts.h"
#include "person_rights.h"

#include <map>
#include <shared_mutex>
#include <unordered_map>

namespace atrium::auth {

/// All accounts with what they may do, in memory: the one permission engine. The database is written first, this table
/// afterwards. Thread: any; never blocks.
class People {
public:
    People(const Clock& clock, const SiteTime& siteTime);

    /// The permissions of built-in roles; before it is known nobody may do anything.
    void setCatalog(std::shared_ptr<const PermissionCatalog> catalog);
    /// Replaces all roles, groups and grants; holds for the next request of everybody.
    void setRights(std::vector<SiteRole> roles, std::vector<Group> groups, std::vector<Grant> grants);

    void put(const Account& account);
    void remove(UserId user);

    /// Who `user` is now. Errors: NotFound, Forbidden when the account is closed.
    Result<Principal> principalOf(UserId user) const;
    std::optional<SiteRole> role(const std::string& name) const;
    /// Whether the role of an account asks for a second factor.
    bool needsSecondFactor(const Account& account) const;
    bool knowsPermission(std::string_view permission) const;

private:
    struct Person {
        std::string name;
        Role role = Role::Guest;
        std::string ownRole;
        bool isOpen = true;
        UtcTime expiresAt{};
        std::shared_ptr<const Rights> rights;
    };
    std::shared_ptr<const Rights> rightsOf(UserId user, const std::string& ownRole) const;

    const Clock& clock_;
    const SiteTime& siteTime_;
    mutable std::shared_mutex mutex_;
    std::shared_ptr<const PermissionCatalog> catalog_;
    std::map<std::string, SiteRole> roles_;
    std::unordered_map<UserId, std::vector<std::int64_t>> groupsOf_;
    std::unordered_map<UserId, std::vector<Grant>> ofUser_;
    std::unordered_map<std::int64_t, std::vector<Grant>> ofGroup_;
    std::map<std::string, std::vector<Grant>> ofRole_;
    std::unordered_map<UserId, Person> people_;
};

} // namespace atrium::auth
