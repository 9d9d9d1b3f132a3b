#pragma once

#include "atrium/auth.h"
#include "atrium/database.h"
#include "atrium/time.h"

#include <optional>
#include <set>
#include <vector>

namespace atrium::auth {

/// A token that a person made for a program. Text: `atk_ID_SECRET`; only its SHA-256 is kept.
struct ApiToken {
    std::int64_t id = 0;
    UserId user;
    std::string name;
    std::string hash;
    std::set<Permission, std::less<>> scopes; ///< permissions, and `account` for routes without one
    UtcTime createdAt{};
    UtcTime expiresAt{}; ///< epoch = never

    static bool isOne(std::string_view text) { return text.starts_with("atk_"); }
    /// The number in a token's text; 0 when there is none.
    static std::int64_t idOf(std::string_view text);
};

/// All SQL of API tokens. Thread: any that may block. Throws StorageError.
class ApiTokenRepository {
public:
    static constexpr std::int64_t maxTokens = 100; ///< an account

    explicit ApiTokenRepository(Database& database) : database_(database) {}

    /// Stores it (id and hash are ignored) and returns it with its text, which is shown once. Empty = too many.
    /// Durable.
    std::optional<std::pair<ApiToken, std::string>> create(ApiToken token);
    /// False when it is not one of `user`. Durable.
    bool remove(UserId user, std::int64_t id);
    std::vector<ApiToken> all(UtcTime now) const;
    std::vector<ApiToken> of(UserId user) const;
    /// Durable.
    void removeAllOf(UserId user);

private:
    Database& database_;
};

} // namespace atrium::auth
