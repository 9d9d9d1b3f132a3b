#include "outbox_repository.h"

#include "support/test_database.h"

#include <gtest/gtest.h>

namespace atrium::notify {
namespace {

using namespace std::chrono_literals;

const UtcTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

class OutboxRepositoryTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override
    {
        database.migrate("notify", std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations");
    }
    std::int64_t add(const std::string& recipient, UtcTime dueAt, const std::string& channel = "mail")
    {
        return repository.add(channel, {0, recipient, "test", R"({"text":"Zo\u00e9 🐱"})", now, now + 24h, dueAt}, 100)
            .value();
    }
    std::vector<std::string> dueAt(UtcTime time, int limit = 10)
    {
        std::vector<std::string> recipients;
        for (const auto& delivery : repository.due("mail", time, limit)) recipients.push_back(delivery.recipient);
        return recipients;
    }
    testing::TestDatabase database{GetParam()};
    OutboxRepository repository{*database};
};

INSTANTIATE_TEST_SUITE_P(Dialects, OutboxRepositoryTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(OutboxRepositoryTest, GivesADeliveryBackAsItWasAlsoAfterARestart)
{
    const auto id = add("zoe@example.org", now);
    database.reopen();
    OutboxRepository reopened(*database);
    const auto due = reopened.due("mail", now, 10);
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(due[0].id, id);
    EXPECT_EQ(due[0].recipient, "zoe@example.org");
    EXPECT_EQ(due[0].category, "test");
    EXPECT_EQ(due[0].content, R"({"text":"Zo\u00e9 🐱"})");
    EXPECT_EQ(due[0].createdAt, now);
    EXPECT_EQ(due[0].expiresAt, now + 24h);
    EXPECT_EQ(due[0].attempts, 0);
}

TEST_P(OutboxRepositoryTest, GivesWhatIsDueTheLongestDueFirst)
{
    add("later@b.fr", now + 1min);
    add("second@b.fr", now);
    add("first@b.fr", now - 1min);
    add("other@b.fr", now - 1h, "webhook");
    EXPECT_EQ(dueAt(now), (std::vector<std::string>{"first@b.fr", "second@b.fr"}));
    EXPECT_EQ(dueAt(now, 1), (std::vector<std::string>{"first@b.fr"}));
    EXPECT_EQ(dueAt(now + 1min).size(), 3u);
    EXPECT_EQ(repository.nextDue("mail"), now - 1min);
    EXPECT_EQ(repository.nextDue("unknown"), std::nullopt);
}

TEST_P(OutboxRepositoryTest, TakesATimeFarAheadForAClockThatWasSetBack)
{
    add("a@b.fr", now);
    EXPECT_EQ(dueAt(now - 1h).size(), 0u);
    EXPECT_EQ(dueAt(now - 24h).size(), 1u);
}

TEST_P(OutboxRepositoryTest, RefusesMoreThanItsLimitInEachChannel)
{
    const Delivery delivery{0, "a@b.fr", "test", "{}", now, now + 24h, now};
    EXPECT_TRUE(repository.add("mail", delivery, 2));
    EXPECT_TRUE(repository.add("mail", delivery, 2));
    EXPECT_FALSE(repository.add("mail", delivery, 2));
    EXPECT_TRUE(repository.add("webhook", delivery, 2));
    EXPECT_EQ(repository.count("mail"), 2);
}

TEST_P(OutboxRepositoryTest, KeepsAMessageOnceUnderItsKey)
{
    Delivery delivery{0, "a@b.fr", "test", "{}", now, now + 24h, now, 0, "7:1"};
    const auto id = repository.add("mail", delivery, 10).value();
    EXPECT_GT(id, 0);
    EXPECT_EQ(repository.add("mail", delivery, 10), 0);
    repository.remove(id);
    database.reopen();
    OutboxRepository reopened(*database);
    EXPECT_EQ(reopened.add("mail", delivery, 10), 0) << "also when it has gone out";
    EXPECT_GT(reopened.add("webhook", delivery, 10).value(), 0) << "another channel";
    delivery.recipient = "c@d.fr";
    EXPECT_GT(reopened.add("mail", delivery, 10).value(), 0) << "another receiver";
    delivery.key = "7:2";
    EXPECT_GT(reopened.add("mail", delivery, 10).value(), 0) << "another step";
    delivery.key.clear();
    EXPECT_GT(reopened.add("mail", delivery, 10).value(), 0);
    EXPECT_GT(reopened.add("mail", delivery, 10).value(), 0) << "without a key each is another";
}

TEST_P(OutboxRepositoryTest, DoesNotNoteTheKeyOfWhatItRefuses)
{
    const Delivery delivery{0, "a@b.fr", "test", "{}", now, now + 24h, now, 0, "7:1"};
    EXPECT_FALSE(repository.add("mail", delivery, 0));
    EXPECT_GT(repository.add("mail", delivery, 1).value(), 0);
}

TEST_P(OutboxRepositoryTest, ForgetsTheOldestKeys)
{
    const auto keep = [&](const char* key) {
        return repository.add("mail", {0, "a@b.fr", "test", "{}", now, now + 24h, now, 0, key}, 10).value();
    };
    keep("first");
    database->transact(TransactionKind::Write, [](Transaction& transaction) {
        transaction.execute("INSERT INTO notify_keys (seq, digest) VALUES (?, 'x')", {OutboxRepository::keysKnown + 1});
    });
    keep("second");
    EXPECT_EQ(keep("second"), 0);
    EXPECT_GT(keep("first"), 0);
}

TEST_P(OutboxRepositoryTest, PostponesAndRemoves)
{
    const auto id = add("a@b.fr", now);
    repository.postpone(id, now + 10s, 3);
    EXPECT_EQ(dueAt(now).size(), 0u);
    EXPECT_EQ(repository.due("mail", now + 10s, 1).at(0).attempts, 3);
    repository.remove(id);
    EXPECT_EQ(repository.count("mail"), 0);
}

} // namespace
} // namespace atrium::notify
