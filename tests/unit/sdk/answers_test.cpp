#include "atrium/automation.h"
#include "atrium/executor.h"

#include "testing/fake_scheduler.h"

#include <gtest/gtest.h>

namespace atrium {
namespace {

using namespace std::chrono_literals;

class AnswerWithinTest : public ::testing::Test {
protected:
    testing::ManualClock clock;
    testing::FakeScheduler scheduler{clock};
    std::vector<Result<Value>> answers;
    AutomationFunction::Done done =
        answerWithin(2s, scheduler, [this](Result<Value> answer) { answers.push_back(std::move(answer)); });
};

TEST_F(AnswerWithinTest, PassesOnWhatComesInTime)
{
    scheduler.advance(1s);
    done(makeError(ErrorCode::Unavailable));
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_FALSE(answers[0]);
    scheduler.advance(10s);
    EXPECT_EQ(answers.size(), 1u) << "nothing else follows";
}

TEST_F(AnswerWithinTest, SaysTrueWhenNothingCame)
{
    scheduler.advance(1999ms);
    EXPECT_TRUE(answers.empty());
    scheduler.advance(1ms);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(*answers[0], Value(true));
}

/// Has room from the n-th attempt on.
class CrowdedExecutor : public Executor {
public:
    explicit CrowdedExecutor(int full) : full_(full) {}
    bool post(std::function<void()> task) override
    {
        if (--full_ >= 0) return false;
        task();
        return true;
    }
    bool isCurrent() const override { return false; }

private:
    int full_;
};

TEST(ExecutorTest, InsistsUntilThereIsRoom)
{
    CrowdedExecutor crowded(20);
    int runs = 0;
    EXPECT_TRUE(crowded.postPatiently([&] { ++runs; }));
    EXPECT_EQ(runs, 1);
}

TEST(ExecutorTest, GivesUpOneThatTakesNothingAnyMore)
{
    CrowdedExecutor stopped(1'000'000);
    EXPECT_FALSE(stopped.postPatiently([] { FAIL(); }));
}

} // namespace
} // namespace atrium
