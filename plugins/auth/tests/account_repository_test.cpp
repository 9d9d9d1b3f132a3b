#include "account_repository.h"

#include "support/test_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace atrium::auth {
namespace {

using namespace std::chrono_literals;

const UtcTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

class AccountRepositoryTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override { database.migrate("auth", std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations"); }
    static Account accountOf(const std::string& email)
    {
        Account account;
        account.email = email;
        account.name = {"Zoé \xF0\x9F\x90\xB1", "zoe", "Zoé", "Petit"};
        account.phone = "0601";
        account.promotion = "EMI";
        account.passwordHash = "hash of " + email;
        account.createdAt = now;
        return account;
    }
    testing::TestDatabase database{GetParam()};
    AccountRepository repository{*database};
};

INSTANTIATE_TEST_SUITE_P(Dialects, AccountRepositoryTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(AccountRepositoryTest, GivesAnAccountBackAsItWas)
{
    auto account = accountOf("Zoe@B.fr");
    account.balance = 1250;
    account.avatarUrl = "/uploads/avatars/1.png";
    const auto created = repository.create(account);
    ASSERT_TRUE(created);
    const auto found = repository.find(created->id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->email, "Zoe@B.fr") << "shown as it was written";
    EXPECT_EQ(found->name.name, account.name.name);
    EXPECT_EQ(found->name.lname, "Petit");
    EXPECT_EQ(found->phone, "0601");
    EXPECT_EQ(found->balance, 1250);
    EXPECT_EQ(found->avatarUrl, account.avatarUrl);
    EXPECT_EQ(found->passwordHash, account.passwordHash);
    EXPECT_EQ(found->createdAt, now);
    EXPECT_TRUE(found->active);
    EXPECT_FALSE(repository.find(UserId{99}));
}

TEST_P(AccountRepositoryTest, MakesTheFirstAccountAnAdministrator)
{
    EXPECT_EQ(repository.create(accountOf("a@b.fr"))->role, Role::Admin);
    EXPECT_EQ(repository.create(accountOf("b@b.fr"))->role, Role::User);
    EXPECT_EQ(repository.find(UserId{1})->role, Role::Admin);
    EXPECT_EQ(repository.count(), 2);
}

TEST_P(AccountRepositoryTest, KeepsAddressesUniqueWithoutCase)
{
    repository.create(accountOf("zoe@b.fr"));
    EXPECT_FALSE(repository.create(accountOf("ZOE@b.FR")));
    EXPECT_TRUE(repository.findByEmail(" zOe@B.fr "));
    EXPECT_FALSE(repository.findByEmail("zoe@b.f"));
    EXPECT_FALSE(repository.findByEmail("zoe@b.fr%"));
    EXPECT_FALSE(repository.findByEmail("' OR 1=1 --"));
    EXPECT_TRUE(repository.create(accountOf("zoé@b.fr"))) << "an accent makes another address";
}

TEST_P(AccountRepositoryTest, LetsOneOfManyTakeAnAddress)
{
    std::atomic<int> created{0}, administrators{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            if (repository.create(accountOf("same@b.fr"))) ++created;
            const auto own = repository.create(accountOf(std::to_string(i) + "@b.fr"));
            if (own && own->role == Role::Admin) ++administrators;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(created, 1);
    EXPECT_EQ(repository.count(), 5);
    EXPECT_LE(administrators, 1);
}

TEST_P(AccountRepositoryTest, ChangesAProfileButNotToATakenAddress)
{
    const auto zoe = repository.create(accountOf("zoe@b.fr"))->id;
    repository.create(accountOf("max@b.fr"));
    ProfileChange change;
    change.email = "MAX@b.fr";
    const auto refused = repository.change(zoe, change, now);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().message.fr, "Cet email est déjà utilisé");
    EXPECT_EQ(refused.error().status, 400);
    change.email = "ZOE@b.fr";
    change.phone = "";
    const auto changed = repository.change(zoe, change, now);
    ASSERT_TRUE(changed.ok());
    EXPECT_EQ((*changed)->email, "ZOE@b.fr");
    EXPECT_EQ(repository.find(zoe)->phone, "");
    const auto gone = repository.change(UserId{99}, change, now);
    ASSERT_TRUE(gone.ok());
    EXPECT_FALSE(*gone);
}

TEST_P(AccountRepositoryTest, KeepsTheLastAdministrator)
{
    const auto first = repository.create(accountOf("a@b.fr"))->id;
    const auto second = repository.create(accountOf("b@b.fr"))->id;
    AdministrativeChange demotion;
    demotion.role = Role::User;
    EXPECT_EQ(repository.administer(first, demotion, now).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(repository.remove(first).error().code, ErrorCode::Forbidden);
    AdministrativeChange closing;
    closing.active = false;
    EXPECT_FALSE(repository.administer(first, closing, now).ok());
    AdministrativeChange narrowing;
    narrowing.ownRole = "visitor";
    EXPECT_FALSE(repository.administer(first, narrowing, now).ok());
    AdministrativeChange promotion;
    promotion.role = Role::Admin;
    ASSERT_TRUE(repository.administer(second, promotion, now).ok());
    EXPECT_TRUE(repository.administer(first, demotion, now).ok());
    EXPECT_TRUE(repository.remove(first).value());
    EXPECT_FALSE(repository.remove(first).value());
}

TEST_P(AccountRepositoryTest, FindsPartsOfNamesAndTakesWildcardsForLetters)
{
    auto zoe = accountOf("zoe@b.fr");
    repository.create(zoe);
    auto odd = accountOf("odd@b.fr");
    odd.name = {"100% odd_one", "odd", "Odd", "One"};
    repository.create(odd);
    std::int64_t total = 0;
    const auto names = [&](const std::string& text, AccountSearch::In in = AccountSearch::In::Names) {
        AccountSearch search;
        search.text = text;
        search.in = in;
        return repository.search(search, total).size();
    };
    EXPECT_EQ(names(""), 2u);
    EXPECT_EQ(names("ZO"), 1u);
    EXPECT_EQ(names("%"), 1u);
    EXPECT_EQ(names("_"), 1u);
    EXPECT_EQ(names("!"), 0u);
    EXPECT_EQ(names("@b.fr"), 0u) << "an address is nothing to probe for";
    EXPECT_EQ(names("@b.fr", AccountSearch::In::NamesAndAddresses), 2u);
    AccountSearch page;
    page.limit = 1;
    page.offset = 1;
    EXPECT_EQ(repository.search(page, total).size(), 1u);
    EXPECT_EQ(total, 2);
}

TEST_P(AccountRepositoryTest, NumbersGoOnAfterOneThatWasSkipped)
{
    const auto first = repository.create(accountOf("a@b.fr"))->id;
    const auto skipped = repository.skipNumber();
    const auto next = repository.create(accountOf("b@b.fr"))->id;
    EXPECT_LT(first, skipped);
    EXPECT_LT(skipped, next);
    EXPECT_EQ(repository.count(), 2);
}

} // namespace
} // namespace atrium::auth
