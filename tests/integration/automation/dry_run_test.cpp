#include "automation/simulation/dry_run.h"

#include "atrium/json.h"
#include "test_devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

/// A temperature that swings between 15 and 25 degrees once a day, a value a minute.
class Swinging : public RecordedHistory {
public:
    std::vector<RecordedSample> read(DeviceId, const std::string& attribute, UtcTime from, UtcTime to) override
    {
        std::vector<RecordedSample> values;
        if (attribute != "temperature") return values;
        for (auto time = from; time < to; time += 1min) {
            const auto minute =
                std::chrono::duration_cast<std::chrono::minutes>(time.time_since_epoch()).count() % 1440;
            values.push_back({time, 15.0 + static_cast<double>(minute < 720 ? minute : 1440 - minute) / 72});
        }
        return values;
    }
    void scan(const std::vector<RecordedSeries>& series, UtcTime from, UtcTime to, const Visitor& visit) override
    {
        for (std::size_t i = 0; i < series.size(); ++i)
            for (auto& [at, value] : read(series[i].device, series[i].attribute, from, to))
                if (visit(i, at, std::move(value)) == Next::NotWanted) return;
    }
    std::vector<RecordedSample> last(DeviceId, const std::string& attribute, UtcTime time, std::size_t) override
    {
        if (attribute != "temperature") return {};
        return {{time - 1min, 15.0}};
    }
    RecordedSummary summary(DeviceId, const std::string&, Value::Kind, UtcTime from, UtcTime to) override
    {
        asked.push_back(to - from);
        until.push_back(to);
        return {15.0, 25.0, 20.0, {}};
    }
    std::vector<std::chrono::microseconds> asked;
    std::vector<UtcTime> until;
};

WorldPlan house()
{
    WorldPlan plan;
    plan.host.program = ATRIUM_BINARY_DIR "/bin/atrium-luahost";
    plan.begin = *parseTime("2026-11-02T12:00:00Z");
    plan.devices = {testDevice(1, "room", {{"temperature", 30.0}, {"humidity", 30.0}})};
    return plan;
}

constexpr const char* warm = R"lua(
    local room = device "room"
    rule "Warm" { on = { room.temperature:above(20, { hysteresis = 1 }) },
      run = function(ev) mqtt.publish("warm", ev.new) wait "10m" mqtt.publish("later", room.temperature.value) end }
    rule "Never" { on = { room.temperature:above(24.9, { hold = "2h" }) }, run = function() error("never") end }
    on(at("07:30"), function() mqtt.publish("good", "morning") end))lua";

TEST(DryRunTest, ReplaysAMonthTheSameEachTime)
{
    Swinging history;
    DryRunProgress progress;
    const DryRun request{
        "warm.lua", warm, "", {}, *parseTime("2026-10-01T00:00:00Z"), *parseTime("2026-10-31T00:00:00Z")};
    const auto first = tryOut(house(), request, history, progress);
    ASSERT_TRUE(first) << first.error().message.en;
    const Value report(*first);
    EXPECT_EQ(report.integerOr("values", 0), 30 * 1440);
    std::map<std::string, int> counts;
    for (const auto& effect : report.find("effects")->list()) ++counts[effect.textOr("name", "")];
    EXPECT_EQ(counts["warm"], 30);
    EXPECT_EQ(counts["later"], 30);
    EXPECT_EQ(counts["good"], 30) << "the clock change of 25 October is in it";
    const auto& warmOnce = report.find("effects")->list()[0];
    EXPECT_EQ(warmOnce.textOr("at", "").substr(0, 16), "2026-10-01T05:30") << "07:30 in Paris";
    const auto again = tryOut(house(), request, history, progress);
    ASSERT_TRUE(again);
    EXPECT_EQ(Value(*again).textOr("hash", "?"), report.textOr("hash", ""));
}

TEST(DryRunTest, CountsTheRunsOfEachRuleThatAnEventBegins)
{
    Swinging history;
    DryRunProgress progress;
    DryRun request{"two.lua",
                   R"lua(
    rule "Waits" { on = { mqtt "go" }, run = function() wait "1s" mqtt.publish("late", "1") end }
    rule "Quick" { on = { mqtt "go" }, run = function() mqtt.publish("soon", "1") end })lua",    "", Object{{"kind", "mqtt"}}, {}, {}};
    const auto result = tryOut(house(), request, history, progress);
    ASSERT_TRUE(result) << result.error().message.en;
    const Value report(*result);
    for (const auto& rule : report.find("rules")->list()) EXPECT_EQ(rule.integerOr("runs", 0), 1) << toJson(rule);
    EXPECT_EQ(report.find("runs")->list().size(), 2u);
}

TEST(DryRunTest, RulesReadThePastAsOfTheSimulatedTime)
{
    Swinging history;
    DryRunProgress progress;
    const DryRun request{"past.lua",
                         R"lua(
        local room = device "room"
        on(at("07:30"), function() mqtt.publish("avg", history(room.temperature):avg "2d") end))lua",     "", {}, *parseTime("2026-10-01T00:00:00Z"), *parseTime("2026-10-03T00:00:00Z")};
    const auto result = tryOut(house(), request, history, progress);
    ASSERT_TRUE(result) << result.error().message.en;
    const Value report(*result);
    const auto& effects = report.find("effects")->list();
    ASSERT_EQ(effects.size(), 2u) << "asking is no effect";
    EXPECT_EQ(effects[0].textOr("arguments", ""), "20");
    ASSERT_EQ(history.until.size(), 2u);
    EXPECT_EQ(history.until[0], *parseTime("2026-10-01T05:30:00Z"));
    EXPECT_EQ(history.until[1], *parseTime("2026-10-02T05:30:00Z"));
    EXPECT_EQ(history.asked[0], 48h);
}

TEST(DryRunTest, ReplaysWhatASelectionHolds)
{
    Swinging history;
    DryRunProgress progress;
    const DryRun request{"all.lua",
                         R"lua(
        on(devices{ uid = "ro*" }.temperature:above(24), function(ev) mqtt.publish("warm", ev.device.uid) end))lua",    "", {}, *parseTime("2026-10-01T00:00:00Z"), *parseTime("2026-10-03T00:00:00Z")};
    const auto result = tryOut(house(), request, history, progress);
    ASSERT_TRUE(result) << result.error().message.en;
    const Value report(*result);
    EXPECT_EQ(report.integerOr("values", 0), 2 * 1440);
    EXPECT_EQ(report.find("effects")->list().size(), 2u);
}

TEST(DryRunTest, AnEventStartsOneRuleAndNothingElse)
{
    Swinging history;
    DryRunProgress progress;
    const DryRun request{"warm.lua", warm, "Warm", Object{{"kind", "attribute"}, {"new", 21.5}}, {}, {}};
    const auto result = tryOut(house(), request, history, progress);
    ASSERT_TRUE(result) << result.error().message.en;
    const Value report(*result);
    const auto& effects = report.find("effects")->list();
    ASSERT_EQ(effects.size(), 2u);
    EXPECT_EQ(effects[0].textOr("arguments", ""), "21.5");
    EXPECT_EQ(effects[1].textOr("at", "").substr(0, 16), "2026-11-02T12:10");
}

TEST(DryRunTest, SaysHowFarItHasCome)
{
    Swinging history;
    DryRunProgress progress;
    const DryRun request{
        "warm.lua", warm, "", {}, *parseTime("2026-10-01T00:00:00Z"), *parseTime("2026-10-03T00:00:00Z")};
    ASSERT_TRUE(tryOut(house(), request, history, progress));
    EXPECT_EQ(progress.values, 2u * 1440);
    EXPECT_GT(progress.share, 0.9);
    EXPECT_LE(progress.share, 1.0);
}

/// Values without an end, and somebody who goes away in the middle of them.
class Endless : public Swinging {
public:
    void scan(const std::vector<RecordedSeries>& series, UtcTime from, UtcTime, const Visitor& visit) override
    {
        for (auto at = from; !series.empty(); at += 1ms) {
            if (++told == goesAwayAfter) goes.request_stop();
            if (visit(0, at, 20.0) == Next::NotWanted) return;
        }
    }
    std::stop_source goes;
    std::size_t goesAwayAfter = 0;
    std::size_t told = 0;
};

TEST(DryRunTest, EndsWhenNobodyWaitsAnyMore)
{
    Endless history;
    DryRunProgress progress;
    auto plan = house();
    plan.nobodyWaits = history.goes.get_token();
    const DryRun request{
        "warm.lua", warm, "", {}, *parseTime("2026-10-01T00:00:00Z"), *parseTime("2026-10-31T00:00:00Z")};
    history.goesAwayAfter = 100;
    const auto result = tryOut(plan, request, history, progress);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Unavailable);
}

TEST(DryRunTest, SaysWhatIsWrong)
{
    Swinging history;
    DryRunProgress progress;
    DryRun request{"warm.lua", "x = = 1", "", Object{}, {}, {}};
    EXPECT_EQ(tryOut(house(), request, history, progress).error().code, ErrorCode::Unprocessable);
    request.source = warm;
    request.rule = "Wram";
    EXPECT_EQ(tryOut(house(), request, history, progress).error().code, ErrorCode::NotFound);
}

} // namespace
} // namespace atrium::automation
