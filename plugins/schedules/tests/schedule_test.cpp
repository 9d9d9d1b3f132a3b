#include "schedule.h"
#include "schedule_script.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

namespace atrium::schedules {
namespace {

Result<Schedule> read(const char* json) { return readSchedule(parseJson(json).value()); }

std::string onLine(const char* json)
{
    auto schedule = read(json).value();
    schedule.id = ScheduleId{12};
    const auto text = toLua(schedule, "Lampe");
    const auto start = text.find("on = { ") + 7;
    return text.substr(start, text.find(" },\n", start) - start);
}

TEST(ScheduleTest, ReadsWhatExistingClientsSend)
{
    const auto daily = read(R"({"type":"daily","time":"07:30","action":"on","days":[]})");
    ASSERT_TRUE(daily);
    EXPECT_EQ(daily->timing.time, "07:30");
    EXPECT_TRUE(daily->timing.days.empty());
    const auto weekly = read(R"({"type":"weekly","time":"22:00","action":"off","days":[6,0,0]})");
    ASSERT_TRUE(weekly);
    EXPECT_EQ(weekly->timing.days, (std::vector<int>{0, 6}));
    const auto view = toView(*weekly);
    EXPECT_EQ(*view.find("days"), Value(List{0, 6}));
    EXPECT_EQ(*view.find("action"), Value("off"));
}

TEST(ScheduleTest, RefusesWhatCannotBe)
{
    for (const char* bad :
         {R"({"type":"daily","time":"7:30","action":"on"})", R"({"type":"daily","time":"24:00","action":"on"})",
          R"({"type":"daily","time":"07:60","action":"on"})", R"({"type":"daily","action":"on"})",
          R"({"type":"weekly","time":"07:30","action":"on","days":[]})",
          R"({"type":"weekly","time":"07:30","action":"on","days":[7]})", R"({"type":"hourly","action":"on"})",
          R"({"type":"cron","action":"on"})", R"({"type":"daily","time":"07:30"})",
          R"({"type":"daily","time":"07:30","action":"toggle"})",
          R"({"type":"daily","time":"07:30","action":"on","firstDay":"2026-02-30"})",
          R"({"type":"daily","time":"07:30","action":"on","firstDay":"2026-03-02","lastDay":"2026-03-01"})",
          R"({"type":"sunset","action":"on","offsetMinutes":721})",
          R"({"type":"sunset","action":"on","earliest":"21:00","latest":"20:00"})"}) {
        const auto refused = read(bad);
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
        EXPECT_FALSE(refused.error().message.fr.empty());
    }
}

TEST(ScheduleTest, IsWhatItWasAfterTheDatabase)
{
    const auto schedule = read(R"({"type":"sunset","action":"set","arguments":{"level":40},"offsetMinutes":-20,
        "latest":"21:30","days":[5,6],"except":["2026-12-24"],"firstDay":"2026-12-01","name":"Soir","catchUpMinutes":0})");
    ASSERT_TRUE(schedule);
    const auto again = readSchedule(Value(toSpec(*schedule)));
    ASSERT_TRUE(again);
    EXPECT_EQ(toJson(toSpec(*again)), toJson(toSpec(*schedule)));
}

TEST(ScheduleScriptTest, SaysItInLua)
{
    EXPECT_EQ(onLine(R"({"type":"daily","time":"07:30","action":"on"})"),
              R"lua(at("07:30", { dst = "once", catch_up = "60m" }))lua");
    EXPECT_EQ(
        onLine(R"({"type":"weekly","time":"07:30","action":"on","days":[0,6],"timezone":"Asia/Kathmandu","dst":"skip",
                        "catchUpMinutes":0,"except":["2026-12-24","2026-12-31"]})"),
        R"lua(at("07:30", { days = "mon,sun", tz = "Asia/Kathmandu", dst = "skip", except = { "2026-12-24", "2026-12-31" } }))lua");
    EXPECT_EQ(onLine(R"({"type":"cron","cron":"0 6 * * mon-fri","action":"on","catchUpMinutes":5})"),
              R"lua(cron("0 6 * * mon-fri", { dst = "once", catch_up = "5m" }))lua");
    EXPECT_EQ(onLine(R"({"type":"sunrise","action":"off","offsetMinutes":-20,"earliest":"06:00"})"),
              R"lua(sunrise{ offset = "-20m", earliest = "06:00", catch_up = "60m" })lua");
}

TEST(ScheduleScriptTest, NoNameBreaksOutOfItsQuotes)
{
    auto schedule = read(R"({"type":"daily","time":"07:30","action":"on"})").value();
    schedule.name = "a\" } os.exit() -- \\\n\x01]]";
    const auto text = toLua(schedule, "Lampe");
    EXPECT_NE(text.find(R"lua(rule "a\" } os.exit() -- \\  ]]" {)lua"), std::string::npos) << text;
}

} // namespace
} // namespace atrium::schedules
