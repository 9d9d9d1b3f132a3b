#include "automation/run_reports.h"

#include "testing/fake_realtime.h"
#include "testing/fake_scheduler.h"
#include "testing/immediate_executor.h"
#include "testing/memory_metrics.h"
#include "testing/recording_log.h"

#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

class RunReportsTest : public ::testing::Test {
protected:
    KeptRun run(std::uint64_t id, RunState state = RunState::Finished)
    {
        RunRecord record;
        record.id = id;
        record.automation = AutomationId{1};
        record.rule = "Hall";
        record.state = state;
        return std::make_shared<const RunRecord>(std::move(record));
    }
    std::vector<std::uint64_t> told() const
    {
        std::vector<std::uint64_t> ids;
        for (const auto* each : log.runs(AutomationId{1}, RunLog::runsKept)) ids.push_back(each->id);
        return ids;
    }
    std::uint64_t counted() const
    {
        return metrics.count("atrium_rule_runs_total", {{"rule", "Hall"}, {"result", "finished"}});
    }

    testing::ManualClock clock;
    testing::FakeScheduler scheduler{clock};
    testing::ImmediateExecutor executor;
    testing::FakeRealtime realtime;
    testing::RecordingLog lines;
    testing::MemoryMetrics metrics;
    Journal journal{nullptr, executor, executor, scheduler, lines, metrics};
    RunLog log;
    RunReports reports{{scheduler, clock, realtime, lines, metrics}, journal, log};
};

TEST_F(RunReportsTest, TellsOfAQuickRunTenMillisecondsLater)
{
    reports.endedSoon(run(1));
    scheduler.advance(9ms);
    EXPECT_TRUE(told().empty());
    EXPECT_TRUE(realtime.published().empty());
    scheduler.advance(1ms);
    EXPECT_EQ(told(), (std::vector<std::uint64_t>{1}));
    EXPECT_EQ(realtime.published().size(), 1u);
    EXPECT_EQ(counted(), 1u);

    reports.endedSoon(run(2));
    scheduler.advance(10ms);
    EXPECT_EQ(told(), (std::vector<std::uint64_t>{2, 1})) << "and again";
}

TEST_F(RunReportsTest, TellsWhoAsksAtOnceAndOnlyOnce)
{
    reports.endedSoon(run(1));
    reports.tell();
    EXPECT_EQ(counted(), 1u);
    scheduler.advance(1s);
    EXPECT_EQ(counted(), 1u);
}

TEST_F(RunReportsTest, KeepsTheOrderWithARunThatIsToldAtOnce)
{
    reports.endedSoon(run(1));
    reports.ended(run(2, RunState::Failed));
    EXPECT_EQ(told(), (std::vector<std::uint64_t>{2, 1}));
}

TEST_F(RunReportsTest, GathersNoMoreThanItsBound)
{
    for (std::uint64_t id = 1; id <= 63; ++id) reports.endedSoon(run(id));
    EXPECT_EQ(counted(), 0u);
    reports.endedSoon(run(64));
    EXPECT_EQ(counted(), 64u);
    reports.endedSoon(run(65));
    EXPECT_EQ(counted(), 64u);
    scheduler.advance(10ms);
    EXPECT_EQ(counted(), 65u);
}

} // namespace
} // namespace atrium::automation
