#include "login_throttle.h"

#include "testing/manual_clock.h"

#include <gtest/gtest.h>

namespace atrium::auth {
namespace {

using namespace std::chrono_literals;

TEST(LoginThrottleTest, ClosesAnAccountAfterTenWrongPasswords)
{
    testing::ManualClock clock;
    LoginThrottle throttle(clock);
    for (int i = 0; i < 10; ++i) {
        EXPECT_FALSE(throttle.closedFor("a@b.fr")) << i;
        throttle.failed("a@b.fr");
        clock.advance(1min);
    }
    EXPECT_EQ(throttle.closedFor("a@b.fr"), 5min);
    EXPECT_FALSE(throttle.closedFor("c@d.fr"));
    clock.advance(5min);
    EXPECT_FALSE(throttle.closedFor("a@b.fr")) << "the first is 15 minutes old";
    throttle.failed("a@b.fr");
    EXPECT_TRUE(throttle.closedFor("a@b.fr"));
}

TEST(LoginThrottleTest, ForgetsFailuresAfterASuccessAndAClockThatIsSet)
{
    testing::ManualClock clock;
    LoginThrottle throttle(clock);
    for (int i = 0; i < 9; ++i) throttle.failed("a@b.fr");
    throttle.succeeded("a@b.fr");
    for (int i = 0; i < 10; ++i) throttle.failed("a@b.fr");
    clock.jumpTo(clock.now() + 24h * 365);
    EXPECT_TRUE(throttle.closedFor("a@b.fr")) << "setting the clock must not open it";
}

TEST(LoginThrottleTest, RemembersABoundedNumberOfAddresses)
{
    testing::ManualClock clock;
    LoginThrottle throttle(clock);
    for (int i = 0; i < 10; ++i) throttle.failed("oldest@b.fr");
    clock.advance(1s);
    for (std::size_t i = 0; i < LoginThrottle::maxAddresses; ++i) throttle.failed(std::to_string(i));
    EXPECT_FALSE(throttle.closedFor("oldest@b.fr"));
}

} // namespace
} // namespace atrium::auth
