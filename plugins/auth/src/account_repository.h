#pragma once

#include "account.h"
#include "atrium/database.h"

#include <optional>
#include <vector>

namespace atrium::auth {

/// Which accounts an administrator looks for.
struct AccountSearch {
    enum class In { Names, NamesAndAddresses };
    std::string text; ///< a part, without case; empty = all
    In in = In::Names;
    std::int64_t limit = 50;
    std::int64_t offset = 0;
};

/// What an administrator changes about an account; what is empty stays.
struct AdministrativeChange {
    std::optional<Role> role;
    std::optional<std::string> ownRole;
    std::optional<bool> active;
    std::optional<std::int64_t> balance;
};

/// All SQL of accounts. Thread: any that may block. Throws StorageError.
enum class TwoFactorState { Off, On };

class AccountRepository {
public:
    explicit AccountRepository(Database& database);

    std::optional<Account> find(UserId id) const;
    /// Without case.
    std::optional<Account> findByEmail(std::string_view email) const;
    /// By name.
    std::vector<Account> all() const;
    /// By name; `total` is how many there are beyond the page.
    std::vector<Account> search(const AccountSearch& search, std::int64_t& total) const;
    std::int64_t count() const;

    /// Stores a new account (its id is ignored) and returns it with its id; empty when the address is taken. The first
    /// account of all becomes an administrator. Durable.
    std::optional<Account> create(Account account);
    /// Empty when the account is gone; Conflict as Error when the address is taken. Durable.
    Result<std::optional<Account>> change(UserId id, const ProfileChange& change, UtcTime now);
    /// Durable.
    void setPasswordHash(UserId id, const std::string& hash, UtcTime now);
    /// With all that belongs to it. False when it was gone; Forbidden as Error when it is the last administrator.
    /// Durable.
    Result<bool> remove(UserId id);

    /// Uses up a number without an account: to whoever registers, a taken address looks like a free one.
    UserId skipNumber();
    /// Forbidden as Error when nobody could administrate any more. Empty when the account is gone. Durable.
    Result<std::optional<Account>> administer(UserId id, const AdministrativeChange& change, UtcTime now);
    /// Somebody proved to read the mail of the address. Durable.
    void confirm(UserId id, UtcTime now);
    void setAvatar(UserId id, const std::string& url, UtcTime now);
    void setTwoFactor(UserId id, TwoFactorState state, UtcTime now);
    /// The account of a person at an OpenID provider.
    std::optional<Account> findIdentity(const std::string& issuer, const std::string& subject) const;
    /// False when somebody else has it, or the account is gone. Durable.
    bool addIdentity(UserId id, const std::string& issuer, const std::string& subject);
    /// For the person who reads the mail of the address, when nobody proved that before: password, factors, tokens and
    /// remembered devices of whoever made the account are void. Durable.
    void claim(UserId id, UtcTime now);
    /// Guests whose time is over.
    std::vector<UserId> expired(UtcTime now) const;

private:
    Database& database_;
};

} // namespace atrium::auth
