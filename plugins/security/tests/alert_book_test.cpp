#include "alert_book.h"
#include "alert_module.h"

#include "testing/fake_devices.h"
#include "testing/fake_scheduler.h"
#include "testing/manual_clock.h"
#include "testing/memory_metrics.h"
#include "testing/recording_log.h"
#include "testing/temp_database.h"

#include <gtest/gtest.h>

namespace atrium::security {
namespace {

using namespace std::chrono_literals;

/// Keeps tasks until the test runs them; refuses when told so.
class HeldExecutor : public Executor {
public:
    bool post(std::function<void()> task) override
    {
        if (refuses) return false;
        tasks.push_back(std::move(task));
        return true;
    }
    bool isCurrent() const override { return false; }
    void run()
    {
        for (auto& task : std::exchange(tasks, {})) task();
    }
    bool refuses = false;
    std::vector<std::function<void()>> tasks;
};

/// A database that can be away.
class FlakyDatabase : public Database {
public:
    explicit FlakyDatabase(Database& real) : real_(real) {}
    SqlDialect dialect() const override { return real_.dialect(); }
    bool isAway = false;

protected:
    void run(TransactionKind kind, const std::function<void(Transaction&)>& work) override
    {
        if (isAway) throw StorageError(StorageError::Kind::Unavailable, "away");
        real_.transact(kind, work);
    }

private:
    Database& real_;
};

class AlertBookTest : public ::testing::Test {
protected:
    void raise(const std::string& key) { book.raise({key, Severity::Info, "test", "title", "", {}, {}}); }

    testing::TempDatabase temp{std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations"};
    FlakyDatabase database{temp.database()};
    AlertRepository repository{database};
    testing::ManualClock clock;
    testing::FakeDevices devices{clock};
    testing::RecordingLog log;
    testing::MemoryMetrics metrics;
    HeldExecutor workers;
    std::vector<std::string> told;
    AlertBook book{repository, {clock, devices, workers, log, metrics}, [this](AlertChange change, const Alert& alert) {
                       told.push_back(std::string(toString(change)) + ' ' + alert.report.key);
                   }};
};

TEST_F(AlertBookTest, WritesInTheOrderOfItsCallsOnTheWorkers)
{
    raise("a");
    raise("b");
    book.clear("a");
    raise("a");
    EXPECT_TRUE(told.empty()) << "raising never blocks";
    EXPECT_EQ(workers.tasks.size(), 1u) << "one writer";
    workers.run();
    EXPECT_EQ(told, (std::vector<std::string>{"raised a", "raised b", "cleared a", "raised a"}));
}

TEST_F(AlertBookTest, SaysWhenAnAlertIsOnTheDiskAndWhenItIsLost)
{
    std::string answers;
    const auto note = [&](bool ok) { answers += ok ? '+' : '-'; };
    database.isAway = true;
    book.raise({"a", Severity::Info, "test", "title", "", {}, {}}, note);
    workers.run();
    EXPECT_EQ(answers, "") << "it waits";
    while (metrics.count("atrium_alerts_dropped_total") < 1) raise("b");
    book.clear("a", note);
    EXPECT_EQ(answers, "-") << "the queue is full";
    database.isAway = false;
    book.tick();
    workers.run();
    EXPECT_EQ(answers, "-+");
    book.clear("a", note);
    workers.run();
    EXPECT_EQ(answers, "-++");
}

TEST_F(AlertBookTest, ARuleDoesNotWaitForADatabaseThatIsAway)
{
    testing::FakeScheduler scheduler(clock);
    const auto raise = alertModule(book, scheduler).functions.at(0);
    const AutomationCall call{"rule", {}, "1:1", {Object{{"key", "leak"}, {"text", "Water"}}}, {}};
    int answers = 0;
    const auto note = [&](const Result<Value>& answer) { answers += answer.ok() && *answer == Value(true); };
    database.isAway = true;
    raise.start(call, note);
    workers.run();
    scheduler.advance(1900ms);
    EXPECT_EQ(answers, 0);
    scheduler.advance(100ms);
    EXPECT_EQ(answers, 1) << "the valve is closed all the same";
    database.isAway = false;
    book.tick();
    workers.run();
    EXPECT_EQ(told, (std::vector<std::string>{"raised rule:leak"}));
    raise.start(call, note);
    workers.run();
    const int before = answers;
    scheduler.advance(1min);
    EXPECT_EQ(answers, before) << "answered already";
}

TEST_F(AlertBookTest, WaitsForADatabaseThatIsAwayAndForWorkersThatAreBusy)
{
    database.isAway = true;
    raise("a");
    workers.run();
    EXPECT_TRUE(told.empty());
    database.isAway = false;
    workers.refuses = true;
    book.tick();
    EXPECT_TRUE(told.empty());
    workers.refuses = false;
    book.tick();
    workers.run();
    EXPECT_EQ(told, (std::vector<std::string>{"raised a"})) << "once";
    EXPECT_EQ(metrics.level("atrium_queue_depth", {{"queue", "alerts"}}), 0);
}

TEST_F(AlertBookTest, DropsAndCountsWhatIsTooMuch)
{
    workers.refuses = true;
    for (std::size_t i = 0; i < AlertBook::queueLimit + 5; ++i) raise("a");
    EXPECT_EQ(metrics.count("atrium_alerts_dropped_total"), 5u);
    EXPECT_EQ(log.lines().size(), 1u) << "said once";
    book.flush();
    EXPECT_EQ(repository.newest(1).at(0).occurrences, static_cast<std::int64_t>(AlertBook::queueLimit));
}

} // namespace
} // namespace atrium::security
