#include "history_fixture.h"

#include <thread>

namespace atrium::storage {
namespace {

using namespace std::chrono_literals;

constexpr DeviceId meter{8};

/// How long values held, and the bound of the store.
class HistoryTimesTest : public HistoryFixture {
protected:
    HistorySample sample(UtcTime at, Value value, HistoryKeep keep = HistoryKeep::Samples)
    {
        return {meter, names.keyOf("power"), keep, SeriesKind::Numbers, at, at, std::move(value)};
    }
    HistorySample gap(UtcTime at) { return sample(at, {}, HistoryKeep::Gap); }
    void write(std::vector<HistorySample> samples)
    {
        writer->record(std::move(samples));
        ASSERT_TRUE(writer->flush());
    }
    HistoryQuery wanted(UtcTime from, UtcTime to, HistoryResolution resolution = HistoryResolution::Auto)
    {
        return {meter, "power", Value::Kind::Number, from, to, to, resolution};
    }
    HistoryAnswer read(UtcTime from, UtcTime to, HistoryResolution resolution)
    {
        return HistoryReader(*database, names).query(wanted(from, to, resolution));
    }
    HistoryStatistics statistics(UtcTime from, UtcTime to)
    {
        return HistoryReader(*database, names).statistics(wanted(from, to));
    }
};

INSTANTIATE_TEST_SUITE_P(Dialects, HistoryTimesTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(HistoryTimesTest, SummariesWeighValuesByTimeAcrossCommits)
{
    // 100 W for 4 minutes, then 0 W, then 1000 W for the last 30 s: in three commits of one five-minute interval.
    write({sample(start, 100)});
    write({sample(start + 240s, 0)});
    write({sample(start + 270s, 1000)});
    const auto points = read(start, start + 1h, HistoryResolution::FiveMinutes).points;
    ASSERT_EQ(points.size(), 1u);
    EXPECT_DOUBLE_EQ(*points[0].mean, (100.0 * 240 + 1000.0 * 30) / 300);
    EXPECT_EQ(points[0].minimum, 0);
    EXPECT_EQ(points[0].maximum, 1000);
}

TEST_P(HistoryTimesTest, RawAndSummariesAgreeOnTheStatistics)
{
    std::vector<HistorySample> samples;
    double integral = 0;
    int value = 0;
    for (int i = 0; i < 12'000; ++i) {
        value = (i * 7919) % 500;
        samples.push_back(sample(start + i * 7s, value));
        integral += value * 7.0;
        if (samples.size() == 1'777) write(std::exchange(samples, {}));
    }
    write(std::move(samples));
    const auto end = start + 12'000 * 7s;
    // More than ten thousand samples: read from the summaries. Half of them: read from the samples.
    const auto all = statistics(start, end);
    EXPECT_NEAR(*all.mean, integral / (12'000 * 7.0), 1e-6);
    EXPECT_EQ(all.samples, 12'000);
    EXPECT_NEAR(all.knownSeconds, 12'000 * 7.0, 1e-6);
    const auto first = statistics(start, start + 6'000 * 7s);
    const auto second = statistics(start + 6'000 * 7s, end);
    EXPECT_EQ(first.samples, 6'000);
    EXPECT_NEAR((*first.mean + *second.mean) / 2, *all.mean, 1e-6);
}

TEST_P(HistoryTimesTest, AGapStaysAGapInSamplesAndInSummaries)
{
    write({sample(start, 100), gap(start + 10min)});
    write({sample(start + 40min, 300)});
    clock.advance(1h);
    for (const auto resolution : {HistoryResolution::Raw, HistoryResolution::FiveMinutes}) {
        const auto answer = read(start, start + 1h, resolution);
        ASSERT_EQ(answer.gaps.size(), 1u) << toString(resolution);
        EXPECT_EQ(answer.gaps[0], (HistoryGap{start + 10min, start + 40min}));
    }
    const auto hour = read(start, start + 1h, HistoryResolution::Hour).points;
    ASSERT_EQ(hour.size(), 1u);
    EXPECT_DOUBLE_EQ(*hour[0].mean, (100.0 * 10 + 300.0 * 20) / 30);
    const auto result = statistics(start, start + 1h);
    EXPECT_EQ(result.knownSeconds, 1800);
    EXPECT_EQ(result.unknownSeconds, 1800);
    EXPECT_EQ(result.minimum, 100) << "a gap is not zero";
    EXPECT_EQ(HistoryReader(*database, names).lastValues().at(0).value, Value(300)) << "a gap is no last value";
}

TEST_P(HistoryTimesTest, TheServersOwnAbsenceIsAGap)
{
    write({sample(start, 100)});
    clock.advance(10min);
    writer->stop(); // the last sign of life
    clock.advance(20min);
    open({});
    write({sample(clock.now() + 10min, 300)});
    clock.advance(30min);
    const auto gap = HistoryGap{start + 10min, start + 30min};
    for (const auto resolution : {HistoryResolution::Raw, HistoryResolution::FiveMinutes, HistoryResolution::Hour})
        EXPECT_EQ(read(start, start + 1h, resolution).gaps, std::vector{gap}) << toString(resolution);
    const auto hour = read(start, start + 1h, HistoryResolution::Hour).points;
    ASSERT_EQ(hour.size(), 1u);
    EXPECT_DOUBLE_EQ(*hour[0].mean, (100.0 * 20 + 300.0 * 20) / 40) << "100 W count until the end and after the start";
    EXPECT_EQ(statistics(start, start + 1h).knownSeconds, 2400);
    EXPECT_TRUE(log.mentions("the server was down"));
}

TEST_P(HistoryTimesTest, AShortRestartLeavesNoGap)
{
    write({sample(start, 100)});
    writer->stop();
    clock.advance(3s);
    open({});
    write({sample(start + 10s, 200)});
    EXPECT_TRUE(read(start, start + 1min, HistoryResolution::Raw).gaps.empty());
}

TEST_P(HistoryTimesTest, KnowsWhatHeldAlthoughItsSampleIsErased)
{
    write({sample(start, 1), sample(start + 1h, 42)});
    clock.advance(24h * 30);
    ASSERT_TRUE(writer->applyRetention());
    const auto result = statistics(clock.now() - 1h, clock.now());
    EXPECT_EQ(result.mean, 42);
    EXPECT_EQ(result.knownSeconds, 3600);
}

TEST_P(HistoryTimesTest, StaysWithinItsMegabytesHoweverMuchIsWritten)
{
    constexpr std::int64_t limit = std::int64_t{12} << 20;
    HistoryOptions options;
    options.maxBytes = limit;
    writer->stop();
    open(options);
    const auto usedBytes = [&] {
        HistoryBudget look(*database, limit, {});
        look.measure();
        return look.usedBytes();
    };
    // Some 50 MB, a sample a second: eleven days of it.
    std::int64_t largest = 0;
    UtcTime last{};
    for (int portion = 0; portion < 95; ++portion) {
        std::vector<HistorySample> samples;
        for (int i = 0; i < 10'000; ++i) samples.push_back(sample(last = start + (portion * 10'000 + i) * 1s, i % 977));
        writer->record(std::move(samples));
        ASSERT_TRUE(writer->flush(60s));
        clock.advance(10'000s);
        if (portion % 10 == 9) largest = std::max(largest, usedBytes());
    }
    EXPECT_LT(largest, limit + (std::int64_t{2} << 20)) << "one portion beyond the bound at most";
    EXPECT_GT(largest, limit / 2) << "the room is used";
    // MariaDB frees pages late; while it is full, new samples are refused and counted. Room comes by itself.
    const auto isKept = [&] { return read(last, last + 1s, HistoryResolution::Raw).points.size() == 1; };
    if (GetParam() == SqlDialect::Sqlite) {
        EXPECT_TRUE(isKept()) << "it is the old that goes";
        EXPECT_EQ(metrics.count("atrium_history_dropped_samples_total"), 0u);
    }
    for (int i = 0; i < 100 && !isKept(); ++i) {
        std::this_thread::sleep_for(100ms);
        clock.advance(10s);
        writer->record({sample(last += 10s, 1)});
        ASSERT_TRUE(writer->flush(60s));
    }
    EXPECT_TRUE(isKept());
    EXPECT_EQ(read(start, last + 1s, HistoryResolution::Day).points.size(), 11u) << "summaries outlive the samples";
}

} // namespace
} // namespace atrium::storage
