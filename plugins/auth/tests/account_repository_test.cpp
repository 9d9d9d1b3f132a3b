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

TEST_P(AccountRepositoryTest, EndsTheOldestSessionsOverTheLimit)
{
    const auto zoe = repository.create(accountOf("zoe@b.fr"))->id;
    std::vector<SessionId> ended;
    const auto first = repository.startSession(zoe, now, now + 1h, ended);
    for (std::int64_t i = 1; i < AccountRepository::maxSessions; ++i)
        repository.startSession(zoe, now, now + 1h, ended);
    EXPECT_TRUE(ended.empty());
    repository.startSession(zoe, now, now + 1h, ended);
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0], first.id);
    EXPECT_EQ(repository.activeSessions(now).size(), static_cast<std::size_t>(AccountRepository::maxSessions));
}

TEST_P(AccountRepositoryTest, NeverUsesASessionNumberAgain)
{
    const auto zoe = repository.create(accountOf("zoe@b.fr"))->id;
    std::vector<SessionId> ended;
    const auto first = repository.startSession(zoe, now, now + 1h, ended);
    repository.endSession(first.id);
    EXPECT_TRUE(repository.activeSessions(now).empty());
    EXPECT_GT(repository.startSession(zoe, now, now + 1h, ended).id, first.id);
}

TEST_P(AccountRepositoryTest, ForgetsSessionsThatExpiredAndThoseOfDeletedAccounts)
{
    const auto zoe = repository.create(accountOf("zoe@b.fr"))->id;
    const auto max = repository.create(accountOf("max@b.fr"))->id;
    std::vector<SessionId> ended;
    repository.startSession(zoe, now, now + 1h, ended);
    repository.startSession(zoe, now, now + 3h, ended);
    repository.startSession(max, now, now + 3h, ended);
    EXPECT_EQ(repository.activeSessions(now + 2h).size(), 2u);
    EXPECT_EQ(repository.accountsWithSessions(now + 2h).size(), 2u);
    repository.deleteExpiredSessions(now + 2h);
    EXPECT_EQ(repository.activeSessions(now).size(), 2u);
    EXPECT_TRUE(repository.remove(zoe));
    EXPECT_FALSE(repository.remove(zoe));
    ASSERT_EQ(repository.activeSessions(now).size(), 1u);
    EXPECT_EQ(repository.activeSessions(now)[0].user, max);
}

} // namespace
} // namespace atrium::auth
