#include "tests/integration/automation/automation_house.h"

#include <gmock/gmock.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class TimedCommandTest : public ::testing::Test {
protected:
    TimedCommandTest()
    {
        house.addDevice(1, "lamp", {{"status", false}, {"level", 0.0}});
        EXPECT_EQ(house.load(1, R"lua(
            local lamp = device "lamp"
            on(event "long", function() lamp:on_for "10m" end)
            on(event "short", function() lamp:on_for "2m" end)
            on(event "dark", function() lamp:off_for "5m" end)
            on(event "dim", function() lamp:on_for("5m", { level = 90 }, { level = 10 }) end))lua"),
                  "");
    }
    void raise(const char* name)
    {
        house.engine->raiseEvent(name, {}, Cause{newCorrelationId(), "test", 0});
        ASSERT_NE(house.finishedRun(1, ++runs), nullptr);
    }
    void after(std::chrono::minutes time)
    {
        house.advance(time);
        house.settle(20ms);
    }

    House house;
    std::size_t runs = 0;
};

TEST_F(TimedCommandTest, EndsInItsTime)
{
    raise("dark");
    after(4min);
    EXPECT_THAT(house.commandNames(), ElementsAre("off"));
    after(1min);
    EXPECT_THAT(house.commandNames(), ElementsAre("off", "on"));
}

TEST_F(TimedCommandTest, GoesToTheStateThatIsNamed)
{
    raise("dim");
    after(5min);
    ASSERT_THAT(house.commandNames(), ElementsAre("on", "set"));
    EXPECT_EQ(house.commands.sent[0].arguments, Value(Object{{"level", 90}}));
    EXPECT_EQ(house.commands.sent[1].arguments, Value(Object{{"level", 10}}));
}

TEST_F(TimedCommandTest, LastsLongerWhenItIsRepeatedButNeverShorter)
{
    raise("long");
    after(6min);
    raise("short");
    after(3min);
    EXPECT_THAT(house.commandNames(), ElementsAre("on", "on"));
    raise("long");
    after(9min);
    EXPECT_THAT(house.commandNames(), ElementsAre("on", "on", "on"));
    after(1min);
    EXPECT_THAT(house.commandNames(), ElementsAre("on", "on", "on", "off"));
}

TEST_F(TimedCommandTest, APersonWhoChangesTheDeviceEndsThePromise)
{
    raise("long");
    house.report(1, "status", false); // somebody pressed its switch
    after(20min);
    EXPECT_THAT(house.commandNames(), ElementsAre("on"));
}

TEST_F(TimedCommandTest, ACommandThatFailsPromisesNothing)
{
    house.handling.reset();
    house.handling = house.commands.handle("fake", [](const Device&, const Command&) -> Result<CommandPlan> {
        return makeError(ErrorCode::Unavailable, {"", "it is broken"});
    });
    raise("long");
    EXPECT_TRUE(house.engine->timedCommands().list().empty());
}

} // namespace
} // namespace atrium::automation
