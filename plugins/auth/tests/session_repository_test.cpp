#include "account_repository.h"
#include "session_repository.h"

#include "support/test_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace atrium::auth {
namespace {

using namespace std::chrono_literals;

const UtcTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

class SessionRepositoryTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override
    {
        database.migrate("auth", std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations");
        zoe = add("zoe@b.fr");
    }
    UserId add(const std::string& email)
    {
        Account account;
        account.email = email;
        account.name = {"Zoe", "zoe", "Zoe", ""};
        account.createdAt = now;
        return AccountRepository(*database).create(account)->id;
    }
    Session start(UserId user, UtcTime expiresAt = now + 1h, bool refreshes = false)
    {
        return repository.start(user, {"password", "192.0.2.1", "test", refreshes}, now, expiresAt, ended);
    }
    testing::TestDatabase database{GetParam()};
    SessionRepository repository{*database};
    std::vector<SessionId> ended;
    UserId zoe;
};

INSTANTIATE_TEST_SUITE_P(Dialects, SessionRepositoryTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(SessionRepositoryTest, EndsTheOldestSessionsOverTheLimit)
{
    const auto first = start(zoe);
    for (std::int64_t i = 1; i < SessionRepository::maxSessions; ++i) start(zoe);
    EXPECT_TRUE(ended.empty());
    start(zoe);
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0], first.id);
    EXPECT_EQ(repository.active(now).size(), static_cast<std::size_t>(SessionRepository::maxSessions));
}

TEST_P(SessionRepositoryTest, NeverUsesASessionNumberAgain)
{
    const auto first = start(zoe);
    repository.end(first.id);
    EXPECT_TRUE(repository.active(now).empty());
    EXPECT_GT(start(zoe).id, first.id);
}

TEST_P(SessionRepositoryTest, ForgetsSessionsThatExpiredAndThoseOfDeletedAccounts)
{
    const auto max = add("max@b.fr");
    start(max, now + 1h);
    start(max, now + 3h);
    start(zoe, now + 3h);
    EXPECT_EQ(repository.active(now + 2h).size(), 2u);
    repository.deleteExpired(now + 2h);
    EXPECT_EQ(repository.active(now).size(), 2u);
    EXPECT_TRUE(AccountRepository(*database).remove(max).value());
    ASSERT_EQ(repository.active(now).size(), 1u);
    EXPECT_EQ(repository.active(now)[0].user, zoe);
    EXPECT_EQ(repository.active(now)[0].origin.address, "192.0.2.1");
}

TEST_P(SessionRepositoryTest, LetsAnAccountEndItsOwnSessionsOnly)
{
    const auto max = add("max@b.fr");
    const auto session = start(zoe);
    EXPECT_FALSE(repository.endOf(max, session.id));
    EXPECT_EQ(repository.active(now).size(), 1u);
    const auto kept = start(zoe);
    EXPECT_EQ(repository.endAll(zoe, kept.id), std::vector<SessionId>{session.id});
    EXPECT_TRUE(repository.endOf(zoe, kept.id));
}

TEST_P(SessionRepositoryTest, GivesOneOfManyParallelRefreshesTheNextToken)
{
    const auto session = start(zoe, now + 1h, true);
    std::atomic<int> done{0}, others{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&] {
            for (int i = 0; i < 25; ++i) {
                std::optional<Session> rotated;
                if (repository.rotate({session.id, 1}, now, now + 2h, rotated) == SessionRepository::Rotation::Done)
                    ++done;
                else ++others;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(others, 99);
    EXPECT_TRUE(repository.active(now).empty()) << "a token that was used twice ends its session";
}

TEST_P(SessionRepositoryTest, RefusesGenerationsThatWereNotGivenYet)
{
    const auto session = start(zoe, now + 1h, true);
    std::optional<Session> rotated;
    EXPECT_EQ(repository.rotate({session.id, 2}, now, now + 2h, rotated), SessionRepository::Rotation::Gone);
    EXPECT_EQ(repository.rotate({session.id, 1}, now, now + 2h, rotated), SessionRepository::Rotation::Done);
    EXPECT_EQ(rotated->generation, 2);
    EXPECT_EQ(repository.rotate({session.id, 2}, now + 3h, now + 4h, rotated), SessionRepository::Rotation::Gone)
        << "too late";
    EXPECT_EQ(repository.rotate({SessionId{999}, 1}, now, now + 2h, rotated), SessionRepository::Rotation::Gone);
}

TEST(RefreshTokenTest, IsReadOnlyInTheFormThatItWasMade)
{
    const std::string key(32, 'k');
    const auto token = makeRefreshToken(key, {SessionId{17}, 3});
    const auto read = readRefreshToken(key, token);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->session, SessionId{17});
    EXPECT_EQ(read->generation, 3);
    EXPECT_FALSE(readRefreshToken(std::string(32, 'x'), token));
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto other = token;
        other[i] = other[i] == '1' ? '2' : '1';
        EXPECT_FALSE(readRefreshToken(key, other)) << other;
    }
    for (const auto& bad : {std::string(), token + "=", token + ".x", std::string("atr."), std::string("atr.17.3."),
                            std::string("atr..."), std::string(300, 'a')})
        EXPECT_FALSE(readRefreshToken(key, bad)) << bad;
}

} // namespace
} // namespace atrium::auth
