#include "history_fixture.h"

#include "runtime/system_clock.h"
#include "storage/migration_runner.h"
#include "support/mariadb_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace atrium::storage {
namespace {

using namespace std::chrono_literals;

constexpr DeviceId lamp{7};
constexpr DeviceId meter{8};

class HistoryTest : public HistoryFixture {
protected:
    HistorySample sample(DeviceId device, std::string_view attribute, UtcTime at, Value value,
                         HistoryKeep keep = HistoryKeep::Samples)
    {
        return {device, names.keyOf(attribute), keep, SeriesKind::Others, at, at, std::move(value)};
    }
    HistoryAnswer read(DeviceId device, std::string_view attribute, HistoryResolution resolution,
                       std::size_t limit = 10'000)
    {
        return HistoryReader(*database, names)
            .query({device, std::string(attribute), Value::Kind::Number, start - 24h * 4000, clock.now() + 24h * 4000,
                    clock.now(), resolution, limit});
    }
    std::int64_t count(const std::string& table)
    {
        return database->transact(TransactionKind::Read, [&](Transaction& transaction) {
            return transaction.query("SELECT COUNT(*) FROM " + table)[0][0].integer();
        });
    }
};

INSTANTIATE_TEST_SUITE_P(Dialects, HistoryTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(HistoryTest, GivesBackEveryKindOfValue)
{
    const std::vector<Value> values{Value(true),
                                    Value(21.5),
                                    Value(3),
                                    Value((std::int64_t{1} << 60) + 1),
                                    Value("\xF0\x9F\x94\xA5 éteint"),
                                    Value(List{1, "x"}),
                                    Value(Object{{"a", 1}}),
                                    Value()};
    std::vector<HistorySample> samples;
    for (std::size_t i = 0; i < values.size(); ++i) samples.push_back(sample(lamp, "mixed", start + i * 1s, values[i]));
    writer->record(samples);
    ASSERT_TRUE(writer->flush());
    const auto points = read(lamp, "mixed", HistoryResolution::Raw).points;
    ASSERT_EQ(points.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(points[i].value, values[i]) << i;
        EXPECT_EQ(points[i].value.kind(), values[i].kind()) << i;
        EXPECT_EQ(points[i].at, start + i * 1s);
    }
}

TEST_P(HistoryTest, KeepsTheLastValueOfEachAttribute)
{
    writer->record({sample(lamp, "status", start, false), sample(lamp, "power", start, 5),
                    sample(lamp, "status", start + 1s, true),
                    sample(lamp, "note", start, "x", HistoryKeep::LastValueOnly)});
    ASSERT_TRUE(writer->flush());
    writer->record({sample(lamp, "power", start - 1s, 99)});
    ASSERT_TRUE(writer->flush());
    writer.reset();
    database.reopen();
    AttributeNames fresh;
    fresh.load(*database);
    const auto states = HistoryReader(*database, fresh).lastValues();
    ASSERT_EQ(states.size(), 3u);
    EXPECT_EQ(states[0].attribute, "note");
    EXPECT_EQ(states[1].attribute, "power");
    EXPECT_EQ(states[1].value, Value(5)) << "an older report must not replace a newer one";
    EXPECT_EQ(states[2].value, Value(true));
    EXPECT_EQ(states[2].reportedAt, start + 1s);
    EXPECT_TRUE(read(lamp, "note", HistoryResolution::Raw).points.empty());
}

TEST_P(HistoryTest, SummarisesAcrossSeveralCommits)
{
    // 0..1199 W, one sample a second for 20 minutes, in uneven portions.
    std::vector<HistorySample> portion;
    for (int i = 0; i < 1200; ++i) {
        portion.push_back(sample(meter, "power", start + i * 1s, i));
        if (i % 170 == 169) {
            writer->record(std::exchange(portion, {}));
            ASSERT_TRUE(writer->flush());
        }
    }
    writer->record(std::move(portion));
    ASSERT_TRUE(writer->flush());
    clock.advance(20min);
    const auto fine = read(meter, "power", HistoryResolution::FiveMinutes).points;
    ASSERT_EQ(fine.size(), 4u) << "the open interval is there too";
    EXPECT_EQ(fine[1].at, start + 5min);
    EXPECT_EQ(fine[1].minimum, 300);
    EXPECT_EQ(fine[1].maximum, 599);
    EXPECT_EQ(fine[1].mean, 449.5);
    EXPECT_EQ(fine[1].count, 300);
    EXPECT_EQ(fine[1].value, Value(599.0));
    for (const auto resolution : {HistoryResolution::Hour, HistoryResolution::Day}) {
        const auto coarse = read(meter, "power", resolution).points;
        ASSERT_EQ(coarse.size(), 1u);
        EXPECT_EQ(coarse[0].count, 1200);
        EXPECT_EQ(coarse[0].mean, 599.5);
        EXPECT_EQ(coarse[0].maximum, 1199);
    }
}

TEST_P(HistoryTest, ChoosesAResolutionThatGivesAboutAThousandPoints)
{
    std::vector<HistorySample> samples;
    for (int i = 0; i < 24 * 60; ++i) samples.push_back(sample(meter, "power", start + i * 1min, i));
    samples.push_back(sample(meter, "sparse", start, 1));
    samples.push_back(sample(meter, "text", start, "on"));
    writer->record(std::move(samples));
    ASSERT_TRUE(writer->flush());
    const HistoryReader reader(*database, names);
    const auto resolutionOf = [&](std::chrono::hours from, std::chrono::hours to) {
        return reader.query({meter, "power", Value::Kind::Number, start + from, start + to, start + to}).resolution;
    };
    EXPECT_EQ(resolutionOf(0h, 10h), HistoryResolution::Raw);
    EXPECT_EQ(resolutionOf(0h, 24h), HistoryResolution::FiveMinutes);
    EXPECT_EQ(resolutionOf(0h, 24h * 30), HistoryResolution::Hour);
    EXPECT_EQ(resolutionOf(0h, 24h * 365), HistoryResolution::Day);
    EXPECT_EQ(read(meter, "sparse", HistoryResolution::Auto).resolution, HistoryResolution::Raw);
    EXPECT_EQ(read(meter, "text", HistoryResolution::Auto).points.size(), 1u);
    EXPECT_TRUE(read(meter, "unknown", HistoryResolution::Auto).points.empty());
    const auto newest = read(meter, "power", HistoryResolution::Raw, 3).points;
    ASSERT_EQ(newest.size(), 3u);
    EXPECT_EQ(newest.back().value, Value(1439));
    EXPECT_EQ(newest.front().value, Value(1437));
}

TEST_P(HistoryTest, DeletesRawSamplesAndSummariesWhenTheyAreOld)
{
    writer->record({sample(meter, "power", start, 1), sample(meter, "power", start + 24h * 9, 2)});
    ASSERT_TRUE(writer->flush());
    clock.advance(24h * 10 + 1s);
    ASSERT_TRUE(writer->applyRetention());
    EXPECT_EQ(read(meter, "power", HistoryResolution::Raw).points.size(), 2u) << "the older one held until the newer";
    EXPECT_EQ(read(meter, "power", HistoryResolution::FiveMinutes).points.size(), 2u);
    clock.advance(24h * 90);
    ASSERT_TRUE(writer->applyRetention());
    EXPECT_EQ(read(meter, "power", HistoryResolution::Raw).points.size(), 1u) << "the newest one still holds";
    EXPECT_TRUE(read(meter, "power", HistoryResolution::FiveMinutes).points.empty());
    EXPECT_EQ(read(meter, "power", HistoryResolution::Hour).points.size(), 2u);
    EXPECT_EQ(HistoryReader(*database, names).lastValues().size(), 1u) << "the last value stays";
}

TEST_P(HistoryTest, RunsRetentionByItselfWhenThePeriodHasPassed)
{
    writer->record({sample(meter, "power", start, 1), sample(meter, "power", start + 1s, 2)});
    ASSERT_TRUE(writer->flush());
    clock.advance(24h * 11);
    for (int i = 0; i < 300 && count("history_samples") > 1; ++i) std::this_thread::sleep_for(10ms);
    EXPECT_EQ(count("history_samples"), 1);
}

TEST_P(HistoryTest, ForgetsADeviceAndNothingElse)
{
    std::vector<HistorySample> many;
    for (int i = 0; i < 45'000; ++i) many.push_back(sample(lamp, "power", start + i * 1ms, i));
    many.push_back(sample(meter, "power", start, 1));
    writer->record(std::move(many));
    writer->forget(lamp);
    writer->record({sample(lamp, "status", start, true)});
    ASSERT_TRUE(writer->flush());
    EXPECT_EQ(count("history_samples"), 2);
    EXPECT_TRUE(read(lamp, "power", HistoryResolution::Raw).points.empty());
    EXPECT_TRUE(read(lamp, "power", HistoryResolution::Day).points.empty());
    EXPECT_EQ(read(lamp, "status", HistoryResolution::Raw).points.size(), 1u) << "what came later is kept";
    EXPECT_EQ(read(meter, "power", HistoryResolution::Day).points.size(), 1u);
}

TEST_P(HistoryTest, DropsTheOldestSamplesButNoLastValueWhenTheQueueIsFull)
{
    HistoryOptions options;
    options.queueLimit = 100;
    options.lastValuesOf = [&](DeviceId device) {
        return std::vector{sample(device, "power", start + 1s, 7, HistoryKeep::LastValueOnly)};
    };
    writer.reset();
    writer = std::make_unique<HistoryWriter>(*database, names, clock, log, metrics, options);
    for (int i = 0; i < 150; ++i) writer->record({sample(DeviceId{i + 1}, "power", start, i)});
    writer->start();
    ASSERT_TRUE(writer->flush());
    EXPECT_EQ(count("history_samples"), 100);
    EXPECT_EQ(metrics.count("atrium_history_dropped_samples_total"), 50u);
    const auto values = HistoryReader(*database, names).lastValues();
    ASSERT_EQ(values.size(), 150u);
    for (const auto& value : values)
        EXPECT_EQ(value.value, Value(value.device.value <= 50 ? 7 : value.device.value - 1)) << value.device.value;
    EXPECT_TRUE(log.mentions("does not keep up"));
}

TEST_P(HistoryTest, AsksForLastValuesOnceWhileMoreWaitsThanOneTransactionTakes)
{
    HistoryOptions options;
    options.batchLimit = 100;
    std::atomic<int> asked{0};
    options.lastValuesOf = [&](DeviceId device) {
        ++asked;
        return std::vector{sample(device, "power", start + 1h, 7, HistoryKeep::LastValueOnly)};
    };
    writer.reset();
    writer = std::make_unique<HistoryWriter>(*database, names, clock, log, metrics, options);
    for (int i = 0; i < 1000; ++i) writer->record({sample(lamp, "power", start + i * 1s, i)});
    writer->start();
    ASSERT_TRUE(writer->flush());
    EXPECT_EQ(count("history_samples"), 1000);
    const auto values = HistoryReader(*database, names).lastValues();
    ASSERT_EQ(values.size(), 1u);
    EXPECT_EQ(values[0].value, Value(7));
    EXPECT_LE(asked, 12);
}

TEST_P(HistoryTest, StopsInTimeWithAFullQueueAndKeepsLastValues)
{
    HistoryOptions options;
    options.stopLimit = 300ms;
    options.lastValuesOf = [&](DeviceId device) {
        return std::vector{sample(device, "power", start + 24h, 7, HistoryKeep::LastValueOnly)};
    };
    writer.reset();
    writer = std::make_unique<HistoryWriter>(*database, names, clock, log, metrics, options);
    for (int i = 0; i < 340; ++i) {
        std::vector<HistorySample> portion;
        for (int k = 0; k < 1000; ++k)
            portion.push_back(sample(DeviceId{i % 50 + 1}, "power", start + i * 1s + k * 1ms, k));
        writer->record(std::move(portion));
    }
    const auto begin = std::chrono::steady_clock::now();
    writer->start();
    writer->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    const auto written = count("history_samples");
    EXPECT_LT(written, 340'000) << "so much takes longer than the limit";
    EXPECT_EQ(metrics.count("atrium_history_dropped_samples_total"), static_cast<std::uint64_t>(340'000 - written));
    EXPECT_TRUE(log.mentions("could not be written in the time that stopping has"));
    const auto values = HistoryReader(*database, names).lastValues();
    ASSERT_EQ(values.size(), 50u);
    for (const auto& value : values) EXPECT_EQ(value.value, Value(7));
}

TEST_P(HistoryTest, LeavesOutWhatTheDatabaseWouldRefuse)
{
    writer->record({sample(lamp, "a", start, std::nan("")), sample(lamp, "b", start, "\xff"),
                    sample(lamp, "c", start, std::string(100'000, 'x')), sample(lamp, "d", start, 1)});
    ASSERT_TRUE(writer->flush());
    EXPECT_EQ(count("history_samples"), 1);
    EXPECT_EQ(metrics.count("atrium_history_failures_total"), 0u);
}

TEST_P(HistoryTest, WritesWhatIsQueuedWhenItStops)
{
    for (int i = 0; i < 1000; ++i) writer->record({sample(lamp, "power", start + i * 1s, i)});
    writer->stop();
    EXPECT_EQ(count("history_samples"), 1000);
    EXPECT_EQ(metrics.count("atrium_history_written_samples_total"), 1000u);
}

TEST_P(HistoryTest, AnswersAYearOfHours)
{
    std::vector<SqlParameters> rows;
    const auto key = names.keyOf("power");
    writer->record({sample(meter, "power", start, 1)});
    ASSERT_TRUE(writer->flush());
    for (int device = 1; device <= 20; ++device)
        for (int hour = 1; hour <= 24 * 365; ++hour)
            rows.push_back({3600, device, key, toMicroseconds(start + hour * 1h), 1.0, 2.0, 3.0, 2, 1.0,
                            toMicroseconds(start + hour * 1h)});
    database->transactJob(TransactionKind::Write, [&](Transaction& transaction) {
        transaction.executeMany(
            "INSERT INTO history_rollups (resolution, device_id, attribute_id, start_at, minimum, maximum, total, "
            "samples, last_number, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows);
    });
    EXPECT_EQ(read(meter, "power", HistoryResolution::Hour).points.size(), 24u * 365 + 1);
}

/// Not a test: what KeepsAllButTheLastSecondWhenTheProcessIsKilled runs in a process of its own.
TEST(HistoryVictim, DISABLED_RecordsUntilItIsKilled)
{
    const auto* folder = std::getenv("ATRIUM_TEST_FOLDER");
    ASSERT_NE(folder, nullptr);
    SqlDatabase database(parseDatabaseUrl("sqlite:victim.db", folder));
    const runtime::SystemClock clock;
    MigrationRunner(database, clock).migrate("core", std::filesystem::path(ATRIUM_SOURCE_DIR) / "database/migrations");
    testing::RecordingLog log;
    testing::MemoryMetrics metrics;
    AttributeNames names;
    HistoryWriter writer(database, names, clock, log, metrics);
    writer.start();
    const auto key = names.keyOf("count");
    for (int i = 0;; ++i) {
        const auto at = clock.now();
        writer.record({{lamp, key, HistoryKeep::Samples, SeriesKind::Others, at, at, i}});
        std::ofstream(std::string(folder) + "/recorded") << toMicroseconds(at) << ' ' << i << std::endl;
        std::this_thread::sleep_for(1ms);
    }
}

TEST(HistoryOnSqliteTest, KeepsAllButTheLastSecondWhenTheProcessIsKilled)
{
    const testing::TempFolder folder;
    ::setenv("ATRIUM_TEST_FOLDER", folder.str().c_str(), 1);
    {
        testing::ChildProcess victim(
            {"/proc/self/exe", "--gtest_filter=HistoryVictim.*", "--gtest_also_run_disabled_tests"},
            folder.str() + "/output");
        std::this_thread::sleep_for(700ms);
        ASSERT_TRUE(victim.running());
        victim.signal(SIGKILL);
        victim.wait(5s);
    }
    // The victim may die while it writes the line; the one before it then stands in the database at least.
    std::int64_t recordedAt = 0;
    int recorded = 0;
    std::ifstream(folder.path() / "recorded") >> recordedAt >> recorded;
    SqlDatabase database(parseDatabaseUrl("sqlite:victim.db", folder.str()));
    AttributeNames names;
    names.load(database);
    const HistoryReader reader(database, names);
    const auto states = reader.lastValues();
    ASSERT_EQ(states.size(), 1u);
    EXPECT_GT(states[0].value.integer(), 0);
    if (recorded > 0) {
        EXPECT_GE(states[0].reportedAt, fromMicroseconds(recordedAt) - 1s);
    }
    HistoryQuery wanted{lamp, "count", Value::Kind::Number, UtcTime{}, states[0].reportedAt + 1s};
    wanted.limit = 100'000;
    wanted.resolution = HistoryResolution::Raw;
    const auto points = reader.query(wanted).points;
    EXPECT_EQ(static_cast<std::int64_t>(points.size()), states[0].value.integer() + 1)
        << "no hole before the last value";
    wanted.resolution = HistoryResolution::Day;
    const auto day = reader.query(wanted).points;
    std::int64_t summarised = 0;
    for (const auto& point : day) summarised += point.count;
    EXPECT_EQ(summarised, static_cast<std::int64_t>(points.size())) << "summaries and samples agree after a crash";
}

TEST(HistoryOnMariaDbTest, KeepsEverythingOverARestartOfTheServer)
{
    testing::TestDatabase database(SqlDialect::MySql);
    database.migrateCore();
    testing::ManualClock clock;
    testing::RecordingLog log;
    testing::MemoryMetrics metrics;
    AttributeNames names;
    names.load(*database);
    HistoryWriter writer(*database, names, clock, log, metrics);
    writer.start();
    const auto key = names.keyOf("power");
    const auto record = [&](int i) {
        const auto at = clock.now() + i * 1s;
        writer.record({{lamp, key, HistoryKeep::Samples, SeriesKind::Others, at, at, i}});
    };
    record(1);
    ASSERT_TRUE(writer.flush());
    testing::MariaDbServer::shared().stop();
    record(2);
    EXPECT_FALSE(writer.flush(300ms));
    record(3);
    testing::MariaDbServer::shared().start();
    EXPECT_TRUE(writer.flush());
    const auto answer = HistoryReader(*database, names)
                            .query({lamp, "power", Value::Kind::Number, clock.now(), clock.now() + 1h, clock.now(),
                                    HistoryResolution::Raw});
    EXPECT_EQ(answer.points.size(), 3u);
    EXPECT_GE(metrics.count("atrium_history_failures_total"), 1u);
}

} // namespace
} // namespace atrium::storage
