#include "person_rights.h"

#include <algorithm>

namespace atrium::auth {

PersonRights::PersonRights(const std::vector<Grant>& grants, const Clock& clock, const SiteTime& siteTime)
    : clock_(clock), siteTime_(siteTime)
{
    for (const auto& grant : grants) {
        auto& objects = permissions_[grant.permission];
        if (grant.objectKind == AccessObject::Kind::Site) {
            objects.site.push_back(grant.window);
            continue;
        }
        names_.push_back(std::make_unique<const std::string>(grant.objectId));
        objects.objects[{grant.objectKind, *names_.back()}].push_back(grant.window);
    }
}

bool PersonRights::isOpen(const Windows& windows) const
{
    if (windows.empty()) return false;
    const auto now = clock_.now();
    const auto local = siteTime_.at(now);
    return std::any_of(windows.begin(), windows.end(),
                       [&](const AccessWindow& window) { return window.isOpen(now, local); });
}

bool PersonRights::allow(std::string_view permission, const AccessObject& object) const
{
    const auto found = permissions_.find(permission);
    if (found == permissions_.end()) return false;
    const auto& [site, objects] = found->second;
    if (isOpen(site)) return true;
    if (object.kind == AccessObject::Kind::Site) return false;
    const auto holds = [&](AccessObject::Kind kind, std::string_view id) {
        const auto windows = objects.find({kind, id});
        return windows != objects.end() && isOpen(windows->second);
    };
    return holds(object.kind, object.id) || (!object.room.empty() && holds(AccessObject::Kind::Room, object.room));
}

bool PersonRights::allowSomewhere(std::string_view permission) const
{
    const auto found = permissions_.find(permission);
    if (found == permissions_.end()) return false;
    const auto& objects = found->second.objects;
    return isOpen(found->second.site) ||
           std::any_of(objects.begin(), objects.end(), [&](const auto& entry) { return isOpen(entry.second); });
}

bool ScopedRights::hasEverywhere(std::string_view permission) const
{
    return permissions_ && permissions_->find(permission) != permissions_->end();
}

bool ScopedRights::allow(std::string_view permission, const AccessObject& object) const
{
    if (!scopes_.contains(permission)) return false;
    return permission == accountScope || hasEverywhere(permission) || (rights_ && rights_->allow(permission, object));
}

bool ScopedRights::allowSomewhere(std::string_view permission) const
{
    if (!scopes_.contains(permission)) return false;
    return permission == accountScope || hasEverywhere(permission) || (rights_ && rights_->allowSomewhere(permission));
}

} // namespace atrium::auth
