// Faults that people make or suffer, one a test: the server must name each by its code, with numbers.
#include "why_fixture.h"

#include <filesystem>
#include <regex>
#include <set>

namespace atrium::testing {
namespace {

/// The codes that a file of sources says.
std::set<std::string> codesIn(const std::filesystem::path& file, const char* pattern)
{
    std::ifstream in(file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::regex expression(pattern);
    std::set<std::string> codes;
    for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end; ++match)
        codes.insert((*match)[1]);
    return codes;
}

TEST(WhyReasonsTest, EveryReasonIsSeededByATestAndInTheGuide)
{
    const std::filesystem::path source = ATRIUM_SOURCE_DIR;
    std::set<std::string> seeded =
        codesIn(source / "tests/unit/automation/schedule_board_test.cpp", R"#("([a-z_]+)")#");
    for (const auto& entry : std::filesystem::directory_iterator(source / "tests/integration/server"))
        if (entry.path().filename().string().starts_with("why_"))
            seeded.merge(codesIn(entry.path(), R"#(cause\("([a-z_]+)"\))#"));
    const auto documented = codesIn(source / "docs/guides/automations.md", "`([a-z_]+)`");
    std::set<std::string> codes;
    for (const char* file : {"reasons.cpp", "attribute_reasons.cpp", "trigger_reasons.cpp"})
        codes.merge(codesIn(source / "server/automation" / file,
                            R"#((?:return\s*\{|about\()\s*"([a-z]+(?:_[a-z]+)*)",\s*[^"\s])#"));
    EXPECT_GT(codes.size(), 50u);
    for (const auto& code : codes) {
        EXPECT_TRUE(seeded.contains(code)) << code << " is told, but no test makes it happen";
        EXPECT_TRUE(documented.contains(code)) << code << " is not in docs/guides/automations.md";
    }
}

TEST_F(WhyTest, AThresholdThatWasNotCrossedIsToldWithWhatCameNearest)
{
    save(onPower(":above(25)"));
    report(R"({"power":24.8})");
    report(R"({"power":21})");
    ASSERT_TRUE(eventually([&] { return number(cause("not_crossed"), "value") == 21; }));
    const auto facts = cause("not_crossed");
    EXPECT_EQ(number(facts, "limit"), 25);
    EXPECT_EQ(number(facts, "missing"), 4);
    EXPECT_EQ(number(facts, "nearest"), 24.8);
    EXPECT_FALSE(facts.textOr("nearest_at", "").empty());
    EXPECT_NE(at("/why", {{"Accept-Language", "fr"}}).text.find("et doit dépasser 25"), std::string::npos);
    EXPECT_NE(at("/why", {{"Accept-Language", "en"}}).text.find("has to rise above 25"), std::string::npos);
}

TEST_F(WhyTest, AValueThatIsBeyondAlreadyHasToComeBackFirst)
{
    save(onPower(":above(15, { hysteresis = 3 })"));
    const auto facts = cause("already_beyond");
    EXPECT_EQ(number(facts, "value"), 20);
    EXPECT_EQ(number(facts, "rearm_at"), 12);
    EXPECT_FALSE(facts.textOr("since", "").empty());
    report(R"({"power":13})");
    EXPECT_EQ(number(cause("not_rearmed"), "rearm_at"), 12);
}

TEST_F(WhyTest, AHoldThatRunsAndOneThatWasCutShortAreTold)
{
    save(onPower(":above(25):holds \"10m\""));
    report(R"({"power":30})");
    const auto running = cause("hold_running");
    EXPECT_EQ(number(running, "hold_s"), 600);
    EXPECT_NEAR(number(running, "left_s"), 600, 10);
    report(R"({"power":10})");
    const auto cut = cause("hold_cut_short");
    EXPECT_EQ(number(cut, "hold_s"), 600);
    EXPECT_LT(number(cut, "lasted_s"), 60);
    EXPECT_EQ(number(cause("not_crossed"), "value"), 10);
}

TEST_F(WhyTest, AQuietTimeThatRunsIsTold)
{
    save(onPower(":changes():debounce \"10m\""));
    EXPECT_EQ(number(cause("no_change"), "value"), 20);
    report(R"({"power":30})");
    EXPECT_NEAR(number(cause("debounce_running"), "left_s"), 600, 10);
}

TEST_F(WhyTest, AValueThatIsNotAsWantedOrIsSoAlreadyIsTold)
{
    save("rule 'R' { on = { device 'cuisine/prise'.status:becomes(true) }, run = function() end }");
    EXPECT_EQ(*cause("not_so").find("wanted"), Value(true));
    report(R"({"status":true})");
    EXPECT_EQ(*cause("already_so").find("value"), Value(true));
}

TEST_F(WhyTest, AConditionThatIsFalseIsToldWithWhatItRead)
{
    save(onPower(":above(25)", "when = { plug.status:is(true), any{ house.mode:is \"away\", "
                               "function() return plug.power.value > 100 end } }, "));
    const auto facts = cause("condition_false");
    EXPECT_NE(facts.textOr("clause", "").find("cuisine/prise.status:is(true)"), std::string::npos) << toJson(facts);
    const auto answer = at("/why").body;
    const auto& conditions = answer.find("rules")->list()[0].find("conditions")->list();
    ASSERT_EQ(conditions.size(), 4u) << toJson(answer);
    for (const auto& one : conditions) EXPECT_EQ(*one.find("holds"), Value(false)) << toJson(one);
    EXPECT_EQ(conditions[0].find("read")->list().at(0).find("value")->boolean(), false);
    EXPECT_EQ(conditions[3].integerOr("depth", 0), 1);
    report(R"({"power":30})");
    ASSERT_TRUE(eventually([&] {
        const auto told = at("/why").body;
        return !told.find("rules")->list()[0].find("not_run")->list().empty();
    }));
    const auto told = at("/why").body;
    const auto& skip = told.find("rules")->list()[0].find("not_run")->list()[0];
    EXPECT_EQ(skip.textOr("code", ""), "condition_false");
    EXPECT_EQ(skip.find("read")->list().size(), 1u);
}

TEST_F(WhyTest, AnAttributeThatStandsForItsValueIsPointedOut)
{
    save(onPower(":above(25)", "when = { function() return plug.status == true end }, "));
    const auto clause = cause("condition_false").textOr("clause", "");
    EXPECT_NE(clause.find("cuisine/prise.status.value"), std::string::npos) << clause;
    report(R"({"power":30})");
    ASSERT_TRUE(eventually([&] { return !at("/why").body.find("rules")->list()[0].find("not_run")->list().empty(); }));
    const auto told = at("/why").body;
    const auto reason = told.find("rules")->list()[0].find("not_run")->list()[0].textOr("reason", "");
    EXPECT_NE(reason.find("cuisine/prise.status.value"), std::string::npos) << reason;
}

TEST_F(WhyTest, AHouseThatIsAwayIsTold)
{
    save(onPower(":above(25)", "when = { house.mode:is_not \"away\" }, "));
    ASSERT_EQ(server.request("PUT", "/api/house/mode", Object{{"mode", "away"}}).status, 200);
    EXPECT_NE(cause("condition_false").textOr("clause", "").find("house.mode"), std::string::npos);
}

TEST_F(WhyTest, WhoDisabledAnAutomationIsToldAfterARestartToo)
{
    save(onPower(":above(25)"));
    ASSERT_EQ(server.post("/api/automations/" + std::to_string(id) + "/disable").status, 200);
    const auto facts = cause("disabled");
    EXPECT_GT(number(facts, "by"), 0);
    EXPECT_FALSE(facts.textOr("since", "").empty());
    server.stop();
    server.start();
    server.signIn();
    EXPECT_GT(number(cause("disabled"), "by"), 0);
}

TEST_F(WhyTest, WhatMadeTheServerStopAnAutomationIsToldAfterARestartToo)
{
    save("rule 'R' { on = { mqtt 'go' }, run = function() error 'no lamp' end, on_error = { disable_after = 2 } }");
    publishUntil("go", "stopped_by_server");
    EXPECT_NE(cause("stopped_by_server").textOr("why", "").find("no lamp"), std::string::npos);
    server.kill();
    server.start();
    server.signIn();
    EXPECT_NE(cause("stopped_by_server").textOr("why", "").find("2 times in a row"), std::string::npos);
}

TEST_F(WhyTest, ABudgetThatIsUsedUpIsToldWithItsNumbers)
{
    save("rule 'R' { on = { mqtt 'go' }, run = function() for i = 1, 30 do mqtt.publish('did/it', i) end end }");
    peer->publish("go", "1");
    const auto facts = cause("budget");
    EXPECT_EQ(number(facts, "limit"), 20);
    EXPECT_GT(number(facts, "used"), 20);
    EXPECT_EQ(number(cause("over_budget"), "allowed"), 3);
}

TEST_F(WhyTest, MessagesThatCannotBeReadAreTold)
{
    save("rule 'R' { on = { mqtt('leak', { json = true }) }, run = function() end }");
    EXPECT_EQ(cause("no_message").textOr("what", ""), "leak");
    peer->publish("leak", "{wet");
    EXPECT_FALSE(cause("no_json").textOr("error", "").empty());
    EXPECT_FALSE(cause("last_message").textOr("at", "").empty());
}

TEST_F(WhyTest, AReportThatCannotBeReadIsTold)
{
    save(onPower(":above(25)"));
    report("{power: 30");
    EXPECT_FALSE(cause("report_refused").textOr("why", "").empty());
}

TEST_F(WhyTest, AReportOfTheWrongTypeIsToldWithItsValue)
{
    save(onPower(":above(25)"));
    report(R"({"power":"high"})");
    EXPECT_NE(cause("report_refused").textOr("why", "").find("\"high\""), std::string::npos);
    save("rule 'R' { on = { house.mode:above(3) }, run = function() end }");
    EXPECT_EQ(cause("wrong_type").textOr("value", ""), "home");
}

TEST_F(WhyTest, ADeviceThatIsOfflineAndOneThatNeverSpokeAreTold)
{
    peer->publish("homeassistant/device/probe/config",
                  R"({"device":{"identifiers":["probe"],"name":"Sonde"},"origin":{"name":"test"},
                      "availability_topic":"probe/there","components":{"t":{"platform":"sensor","unique_id":"probe_t",
                      "device_class":"temperature","unit_of_measurement":"°C","state_topic":"probe/t"}}})");
    ASSERT_TRUE(eventually([&] { return server.get("/api/devices").text.find("Sonde") != std::string::npos; }));
    peer->publish("probe/there", "online");
    saveFile("rule 'R' { on = { device 'Sonde'.temperature:below(5) }, run = function() end }");
    EXPECT_FALSE(cause("never_reported").textOr("what", "").empty()) << at("").text;
    peer->publish("probe/t", "12.5");
    EXPECT_EQ(number(cause("not_crossed"), "missing"), 7.5);
    peer->publish("probe/there", "offline");
    EXPECT_FALSE(cause("device_offline").textOr("last_seen", "").empty());
}

TEST_F(WhyTest, ADeviceThatWasRemovedIsTold)
{
    save(onPower(":above(25)"));
    ASSERT_EQ(server.request("DELETE", "/api/devices/7").status, 200);
    EXPECT_EQ(number(cause("device_gone"), "device"), 7);
}

TEST_F(WhyTest, ANameOfNoDeviceIsToldWithWhatWasProbablyMeant)
{
    saveFile("rule 'R' { on = { device 'cuisine/prize'.power:above(25) }, run = function() end }");
    const auto facts = cause("unknown_device");
    EXPECT_EQ(facts.textOr("device", ""), "cuisine/prize");
    EXPECT_EQ(facts.textOr("suggestion", ""), "cuisine/prise");
    EXPECT_EQ(number(facts, "line"), 1);
}

TEST_F(WhyTest, ATextThatDoesNotLoadIsToldWithItsLine)
{
    saveFile("\n\nrule 'R' { on = 5 }");
    EXPECT_EQ(number(cause("not_loaded"), "line"), 3);
}

TEST_F(WhyTest, ARunThatStandsInTheWayIsTold)
{
    save("rule 'R' { on = { mqtt 'go' }, mode = 'single', run = function() wait '10m' end }");
    peer->publish("go", "1");
    EXPECT_FALSE(cause("mode_single").textOr("running_since", "").empty());
    save("rule 'R' { on = { mqtt 'go' }, mode = 'queued(1)', run = function() wait '10m' end }");
    peer->publish("go", "1");
    peer->publish("go", "2");
    EXPECT_EQ(number(cause("queue_full"), "limit"), 1);
    save("rule 'R' { on = { mqtt 'go' }, mode = 'parallel(2)', run = function() wait '10m' end }");
    peer->publish("go", "1");
    peer->publish("go", "2");
    EXPECT_EQ(number(cause("mode_parallel"), "running"), 2);
}

TEST_F(WhyTest, APauseAfterARunIsToldWithWhatIsLeftOfIt)
{
    save("rule 'R' { on = { mqtt 'go' }, mode = 'throttle 10m', run = function() end }");
    peer->publish("go", "1");
    EXPECT_NEAR(number(cause("mode_throttle"), "left_s"), 600, 10);
}

TEST_F(WhyTest, ADayThatAScheduleLeavesOutIsTold)
{
    const auto day = [](int ahead) {
        const auto then = std::chrono::system_clock::now() + ahead * 24h;
        return toIso8601(std::chrono::time_point_cast<std::chrono::microseconds>(then)).substr(0, 10);
    };
    save("rule 'R' { on = { at('12:00', { tz = 'UTC', except = { '" + day(0) + "', '" + day(-1) + "', '" + day(1) +
         "' } }) }, run = function() end }");
    EXPECT_FALSE(cause("exception_day").textOr("left_out", "").empty());
    EXPECT_GT(number(cause("next_time"), "left_s"), 3600);
    save("rule 'R' { on = { at('12:00', { last = '2020-01-01' }) }, run = function() end }");
    cause("schedule_over");
}

TEST_F(WhyTest, WhatOtherTriggersWaitForIsTold)
{
    save("rule 'R' { on = { every '10m', webhook('POST', 'door'), event 'exam-started', startup(), shutdown(), "
         "device 'cuisine/prise'.power:silent '1h' }, run = function() end }");
    EXPECT_GT(number(cause("next_period"), "left_s"), 500);
    EXPECT_EQ(cause("no_call").textOr("hook", ""), "door");
    EXPECT_EQ(cause("no_event").textOr("event", ""), "exam-started");
    EXPECT_GT(number(cause("not_silent"), "left_s"), 3500);
    cause("only_at_start");
    cause("only_at_stop");
}

TEST_F(WhyTest, MembersOfASelectionAreToldEachTheOneThatMattersFirst)
{
    save("rule 'R' { on = { devices{ uid = 'cuisine/*' }.status:becomes(true) }, run = function() end }");
    report(R"({"status":true})");
    EXPECT_NE(cause("already_so").textOr("what", "").find("cuisine/prise"), std::string::npos);
    EXPECT_EQ(server.get("/api/automations/99999/why").status, 404);
}

} // namespace
} // namespace atrium::testing
