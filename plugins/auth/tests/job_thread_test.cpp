#include "job_thread.h"

#include "testing/memory_metrics.h"
#include "testing/recording_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace atrium::auth {
namespace {

class JobThreadTest : public ::testing::Test {
protected:
    testing::RecordingLog log;
    testing::MemoryMetrics metrics;
    JobThread hashing{hashingJobs, log, metrics};
};

TEST_F(JobThreadTest, RefusesTheTwentyFirstWaitingJob)
{
    hashing.start();
    std::promise<void> entered, release;
    ASSERT_TRUE(hashing.post(
        [&] {
            entered.set_value();
            release.get_future().wait();
        },
        [] {}));
    entered.get_future().wait();
    std::atomic<int> ran{0}, cancelled{0};
    for (std::size_t i = 0; i < hashingJobs.waiting; ++i)
        EXPECT_TRUE(hashing.post([&] { ++ran; }, [&] { ++cancelled; }));
    EXPECT_FALSE(hashing.post([&] { ++ran; }, [&] { ++cancelled; }));
    EXPECT_EQ(metrics.count("atrium_auth_hashing_refused_total"), 1u);
    std::thread stopper([&] { hashing.stop(); });
    release.set_value();
    stopper.join();
    EXPECT_EQ(ran + cancelled, 20) << "each waiting job runs or is told that it will not";
}

TEST_F(JobThreadTest, SurvivesWhateverAJobThrows)
{
    hashing.start();
    std::promise<void> done;
    hashing.post([] { throw std::runtime_error("first"); }, [] {});
    hashing.post([] { throw 7; }, [] {});
    hashing.post([&] { done.set_value(); }, [] {});
    EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds{5}), std::future_status::ready);
    EXPECT_TRUE(log.mentions("first"));
}

TEST_F(JobThreadTest, TakesNothingBeforeItRunsAndAfterItStopped)
{
    EXPECT_FALSE(hashing.post([] {}, [] {}));
    hashing.start();
    hashing.stop();
    hashing.stop();
    EXPECT_FALSE(hashing.post([] {}, [] {}));
}

} // namespace
} // namespace atrium::auth
