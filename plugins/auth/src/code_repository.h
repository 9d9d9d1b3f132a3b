#pragma once

#include "atrium/database.h"
#include "atrium/ids.h"
#include "atrium/time.h"

#include <string>
#include <string_view>

namespace atrium::auth {

/// Codes of six digits that were mailed: one for each account and purpose, good once, for a time, and for five tries.
/// Stored as a MAC, because six digits are soon guessed from a hash. Thread: any that may block. Throws StorageError.
class CodeRepository {
public:
    static constexpr std::int64_t maxTries = 5;

    explicit CodeRepository(Database& database) : database_(database) {}
    /// The key of the MAC; before any code is made.
    void use(std::string key) { key_ = std::move(key); }

    enum class Purpose { Confirm, Reset, SecondFactor };
    /// Makes a code; an older one of the same purpose is void. Durable.
    std::string make(UserId user, Purpose purpose, UtcTime expiresAt);
    /// Whether `code` is right; then it is used up. A wrong one counts. Durable.
    bool take(UserId user, Purpose purpose, std::string_view code, UtcTime now);
    /// Whether a code of this purpose could be taken now.
    bool isOpen(UserId user, Purpose purpose, UtcTime now) const;

private:
    std::string macOf(UserId user, Purpose purpose, std::string_view code) const;

    Database& database_;
    std::string key_;
};

} // namespace atrium::auth
