#include "people.h"

#include <mutex>

namespace atrium::auth {

People::People(const Clock& clock, const SiteTime& siteTime) : clock_(clock), siteTime_(siteTime) {}

void People::setCatalog(std::shared_ptr<const PermissionCatalog> catalog)
{
    std::unique_lock lock(mutex_);
    catalog_ = std::move(catalog);
}

void People::setRights(std::vector<SiteRole> roles, std::vector<Group> groups, std::vector<Grant> grants)
{
    std::unique_lock lock(mutex_);
    roles_.clear();
    groupsOf_.clear();
    ofUser_.clear();
    ofGroup_.clear();
    ofRole_.clear();
    for (auto& role : roles) roles_.insert_or_assign(role.name, std::move(role));
    for (const auto& group : groups)
        for (const auto member : group.members) groupsOf_[member].push_back(group.id);
    for (auto& grant : grants) {
        if (grant.window.isOver(clock_.now())) continue;
        if (grant.user) ofUser_[grant.user].push_back(std::move(grant));
        else if (grant.group != 0) ofGroup_[grant.group].push_back(std::move(grant));
        else ofRole_[grant.role].push_back(std::move(grant));
    }
    for (auto& [id, person] : people_) person.rights = rightsOf(id, person.ownRole);
}

std::shared_ptr<const Rights> People::rightsOf(UserId user, const std::string& ownRole) const
{
    std::vector<Grant> grants;
    const auto add = [&](const auto& map, const auto& key) {
        if (const auto found = map.find(key); found != map.end())
            grants.insert(grants.end(), found->second.begin(), found->second.end());
    };
    add(ofUser_, user);
    if (!ownRole.empty()) add(ofRole_, ownRole);
    if (const auto groups = groupsOf_.find(user); groups != groupsOf_.end())
        for (const auto group : groups->second) add(ofGroup_, group);
    if (grants.empty()) return nullptr;
    return std::make_shared<PersonRights>(grants, clock_, siteTime_);
}

void People::put(const Account& account)
{
    std::unique_lock lock(mutex_);
    people_.insert_or_assign(account.id, Person{account.name.name, account.role, account.ownRole,
                                                account.active && account.confirmed, account.expiresAt,
                                                rightsOf(account.id, account.ownRole)});
}

void People::remove(UserId user)
{
    std::unique_lock lock(mutex_);
    people_.erase(user);
}

Result<Principal> People::principalOf(UserId user) const
{
    std::shared_lock lock(mutex_);
    const auto found = people_.find(user);
    if (found == people_.end()) return makeError(ErrorCode::NotFound);
    const auto& person = found->second;
    if (!person.isOpen || (person.expiresAt != UtcTime{} && person.expiresAt <= clock_.now()))
        return makeError(ErrorCode::Forbidden);
    Principal principal;
    principal.user = user;
    principal.name = person.name;
    principal.role = person.role;
    // An own role has what its grants say and nothing else.
    if (catalog_ && person.ownRole.empty()) principal.permissions = catalog_->permissionsOf(person.role);
    principal.rights = person.rights;
    return principal;
}

std::optional<SiteRole> People::role(const std::string& name) const
{
    std::shared_lock lock(mutex_);
    const auto found = roles_.find(name);
    return found == roles_.end() ? std::nullopt : std::optional(found->second);
}

bool People::needsSecondFactor(const Account& account) const
{
    const auto role = this->role(account.ownRole.empty() ? toString(account.role) : account.ownRole);
    return role && role->secondFactor;
}

bool People::knowsPermission(std::string_view permission) const
{
    std::shared_lock lock(mutex_);
    return catalog_ && catalog_->permissionsOf(Role::SuperAdmin)->contains(permission);
}

} // namespace atrium::auth
