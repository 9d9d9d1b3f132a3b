#include "tests/integration/automation/automation_api_fixture.h"

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using testing::FakeRequest;
using ::testing::HasSubstr;

class AutomationApiTest : public AutomationApiFixture {};

TEST_F(AutomationApiTest, FollowsFilesAndKeepsTheirNumbers)
{
    write("hall.lua", "on(mqtt 'go', function() mqtt.publish('one', '') end)");
    const auto first = when("hall", isActive);
    const auto id = first.integerOr("id", 0);
    EXPECT_GT(id, 0);
    EXPECT_EQ(first.textOr("kind", ""), "local");
    EXPECT_EQ(first.find("rules")->list().size(), 1u);

    write("hall.lua", "on(mqtt 'go', function()");
    const auto broken =
        when("hall", [](const Value& automation) { return automation.textOr("state", "") == "failed"; });
    EXPECT_THAT(broken.textOr("error", ""), HasSubstr("hall.lua:1:"));
    EXPECT_EQ(broken.integerOr("line", 0), 1);
    core.runAndWait([&] { mqtt.deliver("go", ""); });
    when("hall", [](const Value& automation) { return automation.find("last_run")->isObject(); });

    const auto refused = send(HttpMethod::Delete, "/api/automations/" + std::to_string(id));
    EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
    std::filesystem::remove(folder / "hall.lua");
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (!get("/api/automations").find("automations")->list().empty() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(10ms);
    write("hall.lua", "on(mqtt 'go', function() end)");
    EXPECT_EQ(when("hall", isActive).integerOr("id", 0), id);
}

TEST_F(AutomationApiTest, TakesTextOverRestAndShowsItsRuns)
{
    const auto created = send(HttpMethod::Post, "/api/automations",
                              Object{{"name", "Night"},
                                     {"source", "rule 'n' { on = at('23:00'), run = function(ev) "
                                                "log.info(ev.kind) mqtt.publish('n', '1') end }"}});
    ASSERT_TRUE(created) << created.error().message.en;
    EXPECT_EQ(created->status, 201);
    const auto id = std::to_string(parseJson(created->body).value().integerOr("id", 0));
    when("Night", isActive);
    const auto upcoming = get("/api/automations/upcoming");
    ASSERT_EQ(upcoming.find("upcoming")->list().size(), 1u);
    EXPECT_THAT(upcoming.find("upcoming")->list()[0].textOr("local", ""), HasSubstr("T23:00:00"));

    ASSERT_TRUE(send(HttpMethod::Post, "/api/automations/" + id + "/run"));
    const auto ran = when("Night", [](const Value& automation) { return automation.find("last_run")->isObject(); });
    EXPECT_EQ(ran.find("last_run")->textOr("state", ""), "finished");
    const auto runs = get("/api/automations/" + id + "/runs?limit=5");
    ASSERT_EQ(runs.find("runs")->list().size(), 1u);
    const auto& steps = runs.find("runs")->list()[0].find("steps")->list();
    ASSERT_EQ(steps.size(), 2u);
    EXPECT_EQ(steps[0].textOr("kind", ""), "log");
    EXPECT_EQ(steps[1].find("what")->textOr("topic", ""), "n");

    const auto wrong = send(HttpMethod::Put, "/api/automations/" + id + "/source", Object{{"source", "x = = 1"}});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::Unprocessable);
    EXPECT_THAT(wrong.error().message.fr, HasSubstr("Night:1:"));
    ASSERT_EQ(wrong.error().fields.size(), 1u);
    EXPECT_EQ(wrong.error().fields[0].pointer, "/source");
    ASSERT_TRUE(wrong.error().fields[0].place);
    EXPECT_EQ(wrong.error().fields[0].place->line, 1);
    EXPECT_EQ(wrong.error().fields[0].place->column, 5) << "of the second =";
    ASSERT_TRUE(
        send(HttpMethod::Put, "/api/automations/" + id + "/source", Object{{"source", "every '1h' (function() end)"}}));
    EXPECT_EQ(get("/api/automations/" + id).textOr("source", ""), "every '1h' (function() end)");

    std::size_t runMessages = 0, logMessages = 0;
    for (const auto& message : realtime.published()) {
        runMessages += message.topic == "automations" && Value(message.body).textOr("type", "") == "automation_run";
        logMessages += message.topic == "automation_logs";
    }
    EXPECT_EQ(runMessages, 1u);
    EXPECT_EQ(logMessages, 1u);

    const auto deleted = send(HttpMethod::Delete, "/api/automations/" + id);
    ASSERT_TRUE(deleted);
    EXPECT_EQ(deleted->status, 204);
    EXPECT_EQ(send(HttpMethod::Get, "/api/automations/" + id).error().code, ErrorCode::NotFound);
}

TEST_F(AutomationApiTest, RemembersWhatIsDisabled)
{
    const auto created =
        send(HttpMethod::Post, "/api/automations",
             Object{{"name", "Go"}, {"source", "on(mqtt 'go', function() mqtt.publish('went', '') end)"}});
    ASSERT_TRUE(created);
    const auto id = std::to_string(parseJson(created->body).value().integerOr("id", 0));
    when("Go", isActive);
    ASSERT_TRUE(send(HttpMethod::Post, "/api/automations/" + id + "/disable"));
    close();
    open();
    const auto still = when("Go", isActive);
    EXPECT_FALSE(still.booleanOr("enabled", true));
    core.runAndWait([&] { mqtt.deliver("go", ""); });
    std::this_thread::sleep_for(50ms);
    EXPECT_TRUE(when("Go", isActive).find("last_run")->isNull());
    ASSERT_TRUE(send(HttpMethod::Post, "/api/automations/" + id + "/enable"));
    core.runAndWait([&] { mqtt.deliver("go", ""); });
    when("Go", [](const Value& automation) { return automation.find("last_run")->isObject(); });
}

TEST_F(AutomationApiTest, ChecksATextWithoutKeepingIt)
{
    const auto good = send(HttpMethod::Post, "/api/automations/validate",
                           Object{{"source", "rule 'a' { on = startup, run = function() end }"}});
    ASSERT_TRUE(good);
    EXPECT_EQ(parseJson(good->body).value().find("rules")->list().at(0), Value("a"));
    const auto bad = send(HttpMethod::Post, "/api/automations/validate", Object{{"source", "device 'nowhere'"}});
    ASSERT_FALSE(bad);
    EXPECT_THAT(bad.error().fields.at(0).detail, HasSubstr("script:1: unknown device"));
    EXPECT_TRUE(get("/api/automations").find("automations")->list().empty());
}

TEST_F(AutomationApiTest, NeedsThePermission)
{
    principal.permissions = std::make_shared<const std::set<Permission, std::less<>>>(
        std::set<Permission, std::less<>>{"automations.read"});
    EXPECT_TRUE(send(HttpMethod::Get, "/api/automations"));
    EXPECT_EQ(send(HttpMethod::Post, "/api/automations", Object{{"name", "x"}, {"source", ""}}).error().code,
              ErrorCode::Forbidden);
}

TEST_F(AutomationApiTest, ServesModulesOfPluginsAndWithdrawsThem)
{
    auto module = service->addModule({"greeter", {{"hello", "", [](const AutomationCall& call) -> Result<Value> {
                                                       return Value("hello " + call.arguments.at(0).text());
                                                   }}}});
    EXPECT_THROW(static_cast<void>(service->addModule({"greeter", {}})), std::invalid_argument);
    write("greet.lua", "on(event 'go', function(ev) mqtt.publish('out', greeter.hello(ev.data.who)) end)");
    when("greet", isActive);
    core.runAndWait([&] { service->raiseEvent("go", {{"who", "Ana"}}, {"c", "plugin:x", 0}); });
    when("greet", [](const Value& automation) { return automation.find("last_run")->isObject(); });
    core.runAndWait([&] { EXPECT_EQ(mqtt.published.at(0).payload, "hello Ana"); });
    module.reset();
    core.runAndWait([&] { service->raiseEvent("go", {{"who", "Bo"}}, {"c", "plugin:x", 0}); });
    const auto failed = when("greet", [](const Value& automation) {
        return automation.find("last_run")->textOr("state", "") == "failed" ||
               automation.find("last_run")->find("steps")->list().at(0).find("ok") == nullptr ||
               !automation.find("last_run")->find("steps")->list().at(0).booleanOr("ok", true);
    });
    EXPECT_FALSE(failed.find("last_run")->find("steps")->list().at(0).booleanOr("ok", true));
}

TEST_F(AutomationApiTest, ARunWaitsForAFunctionOfAPluginThatTakesAWhile)
{
    std::vector<AutomationFunction::Done> asked; // on core
    const auto ask = [&asked](const AutomationCall&, AutomationFunction::Done done) {
        asked.push_back(std::move(done));
    };
    auto module = service->addModule({"archive", {{"put", "", {}, ask}}});
    write("put.lua", R"(on(event 'go', function(ev)
        local kept, why = archive.put()
        mqtt.publish('out', tostring(kept) .. ' ' .. tostring(why))
    end))");
    when("put", isActive);
    const auto go = [&] {
        core.runAndWait([&] { service->raiseEvent("go", {}, {"c", "plugin:x", 0}); });
        EXPECT_TRUE(becomesTrueOnCore([&] { return !asked.empty(); }));
        AutomationFunction::Done done;
        core.runAndWait([&] { done = std::exchange(asked, {}).at(0); });
        return done;
    };
    const auto published = [&](std::size_t count) {
        EXPECT_TRUE(becomesTrueOnCore([&] { return mqtt.published.size() >= count; }));
        std::string last;
        core.runAndWait([&] { last = mqtt.published.size() == count ? mqtt.published.back().payload : "too many"; });
        return last;
    };
    auto done = go();
    core.runAndWait([&] { EXPECT_TRUE(mqtt.published.empty()) << "not answered yet"; });
    done(Value(7)); // this is no thread of core
    EXPECT_EQ(published(1), "7 nil");
    done(Value(8));
    done = go();
    done(makeError(ErrorCode::Unavailable, {"plein", "full"}));
    EXPECT_THAT(published(2), ::testing::HasSubstr("full"));
    done = go();
    module.reset();
    EXPECT_THAT(published(3), ::testing::HasSubstr("the module is gone"));
    done(Value(9));
    EXPECT_THAT(published(3), ::testing::HasSubstr("the module is gone"));
}

} // namespace
} // namespace atrium::automation
