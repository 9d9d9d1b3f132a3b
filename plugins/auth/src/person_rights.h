#pragma once

#include "atrium/clock.h"
#include "grant.h"

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace atrium::auth {

/// What a person's grants allow, indexed by permission and object: a check is two or three look-ups however many grants
/// there are. Immutable but for the clock. Thread: any.
class PersonRights : public Rights {
public:
    PersonRights(const std::vector<Grant>& grants, const Clock& clock, const SiteTime& siteTime);

    bool allow(std::string_view permission, const AccessObject& object) const override;
    bool allowSomewhere(std::string_view permission) const override;

private:
    using Windows = std::vector<AccessWindow>;
    struct Key {
        AccessObject::Kind kind;
        std::string_view id;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const
        {
            return std::hash<std::string_view>{}(key.id) * 8 + static_cast<std::size_t>(key.kind);
        }
    };
    struct Objects {
        Windows site;
        std::unordered_map<Key, Windows, KeyHash> objects; ///< ids point into `names_`
    };
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    bool isOpen(const Windows& windows) const;

    const Clock& clock_;
    const SiteTime& siteTime_;
    std::vector<std::unique_ptr<const std::string>> names_;
    std::unordered_map<std::string, Objects, TextHash, std::equal_to<>> permissions_;
};

/// What a program may do in a person's name: what both its scopes and the person's rights allow. Thread: any.
class ScopedRights : public Rights {
public:
    using Permissions = std::shared_ptr<const std::set<Permission, std::less<>>>;
    ScopedRights(std::set<Permission, std::less<>> scopes, Permissions permissions,
                 std::shared_ptr<const Rights> rights)
        : scopes_(std::move(scopes)), permissions_(std::move(permissions)), rights_(std::move(rights))
    {}

    /// The scope that stands for the routes without a permission of their own.
    static constexpr const char* accountScope = "account";

    bool allow(std::string_view permission, const AccessObject& object) const override;
    bool allowSomewhere(std::string_view permission) const override;

private:
    bool hasEverywhere(std::string_view permission) const;

    const std::set<Permission, std::less<>> scopes_;
    const Permissions permissions_;
    const std::shared_ptr<const Rights> rights_;
};

} // namespace atrium::auth
