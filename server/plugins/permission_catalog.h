#pragma once

#include "atrium/services/accounts.h"
#include "runtime/guarded.h"

#include <array>
#include <map>

namespace atrium::plugins {

/// All permissions that the server and the manifests of plugins declare. The set of each role is made when something is
/// declared, because it is asked for with every request. Thread: any.
class ManifestPermissionCatalog : public PermissionCatalog {
public:
    void declare(const std::vector<PermissionDeclaration>& declarations)
    {
        catalog_.update([&](Catalog& catalog) {
            for (const auto& declaration : declarations) catalog.all.insert_or_assign(declaration.id, declaration);
            for (std::size_t role = 0; role < catalog.ofRole.size(); ++role) {
                auto permissions = std::make_shared<Permissions>();
                for (const auto& [id, declaration] : catalog.all)
                    if (static_cast<Role>(role) >= declaration.weakestRole) permissions->insert(id);
                catalog.ofRole[role] = std::move(permissions);
            }
        });
    }

    std::shared_ptr<const std::set<Permission, std::less<>>> permissionsOf(Role role) const override
    {
        const auto permissions = catalog_.get()->ofRole[static_cast<std::size_t>(role)];
        return permissions ? permissions : std::make_shared<Permissions>();
    }

private:
    using Permissions = std::set<Permission, std::less<>>;
    struct Catalog {
        std::map<Permission, PermissionDeclaration> all;
        std::array<std::shared_ptr<const Permissions>, static_cast<std::size_t>(Role::SuperAdmin) + 1> ofRole;
    };
    runtime::Guarded<Catalog> catalog_;
};

} // namespace atrium::plugins
