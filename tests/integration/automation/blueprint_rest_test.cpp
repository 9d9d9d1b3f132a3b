// Blueprints over REST: tried before they are saved, made into automations, and made anew.
#include "tests/integration/automation/automation_rest_fixture.h"

namespace atrium::automation {
namespace {

using ::testing::HasSubstr;

using BlueprintRestTest = AutomationRestTest;

Object blueprintBody(const std::string& source)
{
    return Object{{"name", "Motion light"},
                  {"source", source},
                  {"inputs", List{Object{{"name", "lamp"}, {"type", "device"}},
                                  Object{{"name", "minutes"}, {"type", "number"}, {"default", 5}, {"minimum", 1}},
                                  Object{{"name", "note"}, {"type", "text"}, {"default", ""}}}}};
}

TEST_F(BlueprintRestTest, MakesAutomationsOfBlueprintsAndMakesThemAnew)
{
    const auto response = send(HttpMethod::Post, "/api/blueprints", blueprintBody(R"lua(local lamp = device(input.lamp)
on(event 'go', function() mqtt.publish('first', lamp.uid .. input.minutes .. input.note) end))lua"));
    ASSERT_TRUE(response) << response.error().message.en;
    const auto blueprint = parseJson(response->body).value();
    const auto at = "/api/blueprints/" + std::to_string(blueprint.integerOr("id", 0));
    EXPECT_EQ(send(HttpMethod::Post, "/api/blueprints", blueprintBody("on(event 'go', function() end)")).error().code,
              ErrorCode::Conflict);

    auto reserved = blueprintBody("on(event 'go', function() end)");
    reserved.set("name", "reserved");
    reserved.set("inputs", List{Object{{"name", "end"}, {"type", "text"}}});
    EXPECT_EQ(send(HttpMethod::Post, "/api/blueprints", reserved).error().fields.at(0).pointer, "/inputs/0/name");

    const auto wrong =
        send(HttpMethod::Post, at + "/automations",
             Object{{"name", "x"}, {"inputs", Object{{"lamp", "hal/light"}, {"minutes", 0}, {"mins", 3}}}});
    ASSERT_FALSE(wrong);
    std::string faults;
    for (const auto& field : wrong.error().fields) faults += field.pointer + ": " + field.detail + "\n";
    EXPECT_THAT(faults, HasSubstr("/inputs/lamp: there is no such device"));
    EXPECT_THAT(faults, HasSubstr("/inputs/minutes: it is too small"));
    EXPECT_THAT(faults, HasSubstr("/inputs/mins: there is no such input"));

    // What is given is a value, whatever is in it.
    const std::string note = "\"} mqtt.publish('evil', '1') x = {\"\\\n";
    const auto made = send(HttpMethod::Post, at + "/automations",
                           Object{{"name", "mine"}, {"inputs", Object{{"lamp", "hall/light"}, {"note", note}}}});
    ASSERT_TRUE(made) << made.error().message.en;
    when("mine", isActive);
    core.runAndWait([&] { service->engine().raiseEvent("go", {}, Cause{"c", "test", 0}); });
    EXPECT_TRUE(published("first", "hall/light5" + note));
    const auto id = parseJson(made->body)->integerOr("id", 0);
    const auto automation = Value(Object{{"id", id}});

    ASSERT_TRUE(send(HttpMethod::Put, at, blueprintBody(R"lua(
on(event 'go', function() mqtt.publish('second', input.lamp .. input.minutes) end))lua")));
    reopen();
    when("mine", isActive);
    ASSERT_TRUE(eventually([&] { return !blueprints->all().empty(); }));
    const auto use = get(path(automation, "/blueprint"));
    EXPECT_EQ(use.integerOr("version", 0), 1);
    EXPECT_EQ(use.integerOr("newest", 0), 2);
    core.runAndWait([&] { mqtt.published.clear(); });
    core.runAndWait([&] { service->engine().raiseEvent("go", {}, Cause{"c", "test", 0}); });
    EXPECT_TRUE(published("first", "hall/light5" + note)) << "a changed blueprint changes no automation by itself";
    const auto renewed =
        send(HttpMethod::Put, path(automation, "/blueprint"), Object{{"inputs", Object{{"minutes", 9}}}});
    ASSERT_TRUE(renewed) << renewed.error().message.en;
    when("mine", isActive);
    core.runAndWait([&] { service->engine().raiseEvent("go", {}, Cause{"c", "test", 0}); });
    EXPECT_TRUE(published("second", "hall/light9"));

    ASSERT_TRUE(
        send(HttpMethod::Put, path(automation, "/source"), Object{{"source", "on(event 'go', function() end)"}}));
    EXPECT_TRUE(get(path(automation, "/blueprint")).find("blueprint")->isNull())
        << "edited by hand it is no use of it any more";
    EXPECT_FALSE(send(HttpMethod::Get, "/api/automations/999/blueprint"));
    ASSERT_TRUE(send(HttpMethod::Delete, at));
    EXPECT_TRUE(send(HttpMethod::Get, path(automation))) << "the automation stays";
}

TEST_F(BlueprintRestTest, ABlueprintThatDoesNotLoadIsRefusedWithItsPlace)
{
    const auto wrong = blueprintBody("\nlocal x = devize(input.lamp)");
    for (const char* path : {"/api/blueprints/validate", "/api/blueprints"}) {
        const auto refused = send(HttpMethod::Post, path, wrong);
        ASSERT_FALSE(refused) << path;
        EXPECT_EQ(refused.error().code, ErrorCode::Unprocessable);
        EXPECT_THAT(refused.error().message.en, HasSubstr(":2: unknown name \"devize\" (did you mean \"device\"?)"));
        const auto& field = refused.error().fields.at(0);
        EXPECT_EQ(field.pointer, "/source");
        ASSERT_TRUE(field.place);
        EXPECT_EQ(std::tuple(field.place->line, field.place->column, field.place->endColumn), std::tuple(2, 11, 17));
    }
    EXPECT_TRUE(blueprints->all().empty());

    // In the first line too, where the inputs stand before it when it is used.
    const auto first = send(HttpMethod::Post, "/api/blueprints", blueprintBody("on(device(input.lamp):on_fire(), 1)"));
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().fields.at(0).place->line, 1) << first.error().message.en;
    const auto missing =
        send(HttpMethod::Post, "/api/blueprints", blueprintBody("on(event(input.lamb), function() end)"));
    EXPECT_FALSE(missing) << "an input that nobody is asked for";
}

TEST_F(BlueprintRestTest, ABlueprintIsTriedWithStandInsForDevicesAndExamplesForTheRest)
{
    Object body{
        {"name", "All types"},
        {"source", R"lua(local lamp, pir = device(input.lamp), device(input.pir)
rule "All" {
  on = { pir.motion:becomes(true), pir.lux:below(input.dark), mqtt(input.topic), every(input.pause), at(input.hour),
         device(input.topic).power:above(3), event(input.kind) },
  when = { lamp.status:is(false), function() return input.really end },
  run = function() lamp:on{ level = input.dark } end,
})lua"},
        {"inputs", List{Object{{"name", "lamp"}, {"type", "device"}}, Object{{"name", "pir"}, {"type", "device"}},
                        Object{{"name", "dark"}, {"type", "number"}, {"minimum", 5}},
                        Object{{"name", "topic"}, {"type", "text"}}, Object{{"name", "pause"}, {"type", "duration"}},
                        Object{{"name", "hour"}, {"type", "time"}}, Object{{"name", "really"}, {"type", "boolean"}},
                        Object{{"name", "kind"}, {"type", "choice"}, {"options", List{"a", "b"}}}}}};
    const auto checked = send(HttpMethod::Post, "/api/blueprints/validate", body);
    ASSERT_TRUE(checked) << checked.error().message.en;
    EXPECT_EQ(parseJson(checked->body)->find("rules")->list(), List{"All"});
    ASSERT_TRUE(send(HttpMethod::Post, "/api/blueprints", body));
    // A stand-in is nobody's: an automation cannot name it.
    EXPECT_FALSE(send(HttpMethod::Post, "/api/automations",
                      Object{{"name", "x"}, {"source", "on(device('input.pir').motion:changes(), function() end)"}}));
}

TEST_F(BlueprintRestTest, AnInputThatIsOutOfItsBoundsIsToldWithThem)
{
    const auto made = send(HttpMethod::Post, "/api/blueprints", blueprintBody("on(event 'go', function() end)"));
    ASSERT_TRUE(made);
    const auto at = "/api/blueprints/" + std::to_string(parseJson(made->body)->integerOr("id", 0));
    const auto wrong = send(HttpMethod::Post, at + "/automations",
                            Object{{"name", "x"}, {"inputs", Object{{"lamp", "hall/light"}, {"minutes", 0}}}});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().fields.at(0).pointer, "/inputs/minutes");
    EXPECT_EQ(wrong.error().fields.at(0).detail, "it is too small: at least 1 is wanted");
}

} // namespace
} // namespace atrium::automation
