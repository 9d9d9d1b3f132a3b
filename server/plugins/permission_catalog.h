#pragma once

#include "atrium/services/accounts.h"
#include "runtime/guarded.h"

#include <map>

namespace atrium::plugins {

/// All permissions that the server and the manifests of plugins declare. Thread: any.
class ManifestPermissionCatalog : public PermissionCatalog {
public:
    void declare(const std::vector<PermissionDeclaration>& declarations)
    {
        declarations_.update([&](Declarations& all) {
            for (const auto& declaration : declarations) all.insert_or_assign(declaration.id, declaration);
        });
    }

    std::shared_ptr<const std::set<Permission, std::less<>>> permissionsOf(Role role) const override
    {
        auto permissions = std::make_shared<std::set<Permission, std::less<>>>();
        for (const auto& [id, declaration] : *declarations_.get())
            if (role >= declaration.weakestRole) permissions->insert(id);
        return permissions;
    }

private:
    using Declarations = std::map<Permission, PermissionDeclaration>;
    runtime::Guarded<Declarations> declarations_;
};

} // namespace atrium::plugins
