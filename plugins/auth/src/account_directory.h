#pragma once

#include "accounts_service.h"

namespace atrium::auth {

/// The service `accounts/1` for other plugins. Thread: as declared there.
class AccountDirectory : public Accounts {
public:
    AccountDirectory(AccountRepository& repository, AccountsService& accounts, const People& people)
        : repository_(repository), accounts_(accounts), people_(people)
    {}

    std::optional<Person> find(UserId id) const override
    {
        const auto account = repository_.find(id);
        return account ? std::optional(toPerson(*account)) : std::nullopt;
    }
    std::vector<Person> everybody() const override
    {
        std::vector<Person> people;
        for (const auto& account : repository_.all()) people.push_back(toPerson(account));
        return people;
    }
    Result<Principal> principalOf(UserId id) const override
    {
        auto principal = people_.principalOf(id);
        if (principal) principal->credential = Principal::Credential::Program;
        return principal;
    }
    Subscription onRemoved(std::function<void(UserId)> handler) override
    {
        return accounts_.onRemoved(std::move(handler));
    }

private:
    static Person toPerson(const Account& account)
    {
        return {account.id,
                account.name.name,
                account.name.username,
                account.name.fname,
                account.name.lname,
                account.email,
                account.avatarUrl.empty() ? defaultAvatar(account) : account.avatarUrl,
                account.promotion,
                account.role,
                account.active && account.confirmed,
                account.ownRole};
    }

    AccountRepository& repository_;
    AccountsService& accounts_;
    const People& people_;
};

} // namespace atrium::auth
