#pragma once

#include "atrium/services/accounts.h"

#include <set>
#include <utility>

namespace atrium::testing {

/// Accounts whose rights a test gives one by one. Thread: the test's.
class FakeAccounts : public Accounts {
public:
    /// Permission and object id; `*` = everywhere.
    std::set<std::pair<Permission, std::string>> rights;
    /// Closed accounts have no principal.
    bool isOpen = true;

    std::optional<Person> find(UserId) const override { return std::nullopt; }
    std::vector<Person> everybody() const override { return {}; }
    Subscription onRemoved(std::function<void(UserId)>) override { return {}; }
    Result<Principal> principalOf(UserId id) const override
    {
        if (!isOpen) return makeError(ErrorCode::Forbidden);
        Principal principal;
        principal.user = id;
        principal.rights = std::make_shared<Granted>(rights);
        principal.credential = Principal::Credential::Program;
        return principal;
    }

private:
    struct Granted : Rights {
        explicit Granted(std::set<std::pair<Permission, std::string>> rights) : rights(std::move(rights)) {}
        bool allow(std::string_view permission, const AccessObject& object) const override
        {
            return rights.contains({Permission(permission), object.id}) ||
                   rights.contains({Permission(permission), "*"});
        }
        bool allowSomewhere(std::string_view permission) const override
        {
            for (const auto& [granted, object] : rights)
                if (granted == permission) return true;
            return false;
        }
        const std::set<std::pair<Permission, std::string>> rights;
    };
};

} // namespace atrium::testing
