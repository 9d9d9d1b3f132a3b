// Hooks, versions, files and blueprints over REST, on the server's own database.
#include "tests/integration/automation/automation_api_fixture.h"

#include <openssl/hmac.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using testing::FakeRequest;
using ::testing::HasSubstr;

class AutomationRestTest : public AutomationApiFixture {
protected:
    AutomationRestTest()
    {
        principal.permissions = std::make_shared<const std::set<Permission, std::less<>>>(
            std::set<Permission, std::less<>>{"automations.read", "automations.write", "devices.read"});
        DeviceInfo info;
        info.id = DeviceId{1};
        info.uid = info.name = "hall/light";
        core.runAndWait([&] {
            Attribute status;
            status.spec = AttributeSpec{"status", Value::Kind::Boolean};
            status.value = false;
            devices.put(info, {status}).value();
        });
    }
    Value created(const std::string& name, const std::string& source)
    {
        const auto response = send(HttpMethod::Post, "/api/automations", Object{{"name", name}, {"source", source}});
        EXPECT_TRUE(response) << (response ? "" : response.error().message.en);
        if (!response) return {};
        when(name, isActive);
        return parseJson(response->body).value();
    }
    static std::string path(const Value& automation, const std::string& rest = "")
    {
        return "/api/automations/" + std::to_string(automation.integerOr("id", 0)) + rest;
    }
    bool eventually(const std::function<bool()>& done)
    {
        const auto end = std::chrono::steady_clock::now() + 5s;
        while (std::chrono::steady_clock::now() < end) {
            bool is = false;
            core.runAndWait([&] { is = done(); });
            if (is) return true;
            std::this_thread::sleep_for(10ms);
        }
        return false;
    }
    bool published(const std::string& topic, const std::string& payload)
    {
        return eventually([&] {
            for (const auto& publication : mqtt.published)
                if (publication.topic == topic && publication.payload == payload) return true;
            return false;
        });
    }
    void reopen()
    {
        close();
        open();
    }
};

constexpr const char* door = R"lua(
rule "Door" { on = { webhook "door" }, run = function(ev) mqtt.publish("door", ev.body) end }
rule "Signed" { on = { webhook("POST", "/hooks/signed", { auth = "hmac" }) },
  run = function(ev) mqtt.publish("signed", ev.body) end })lua";

TEST_F(AutomationRestTest, AHookIsCalledWithItsSecretAlone)
{
    const auto automation = created("door", door);
    std::string secret, signedSecret, address;
    ASSERT_TRUE([&] {
        for (int i = 0; i < 200; ++i, std::this_thread::sleep_for(10ms)) {
            const auto hooksNow = get(path(automation, "/hooks"));
            secret = signedSecret = "";
            for (const auto& hook : hooksNow.find("hooks")->list()) {
                if (hook.textOr("name", "") == "door") {
                    secret = hook.textOr("secret", "");
                    address = hook.textOr("path", "");
                }
                else signedSecret = hook.textOr("secret", "");
            }
            if (!secret.empty() && !signedSecret.empty()) return true;
        }
        return false;
    }());
    const auto call = [&](const std::string& to, std::vector<std::pair<std::string, std::string>> headers,
                          const std::string& body) {
        FakeRequest request;
        request.method = HttpMethod::Post;
        request.path = to;
        request.headers = std::move(headers);
        request.rawBody = body;
        const auto response = http.send(request);
        return response ? response->status : 404;
    };
    EXPECT_EQ(call(address, {}, "none"), 404);
    EXPECT_EQ(call(address, {{"x-hook-token", "wrong"}}, "wrong"), 404);
    EXPECT_EQ(call(address, {{"x-hook-token", signedSecret}}, "another's"), 404);
    EXPECT_EQ(call(path(automation, "") + "x", {{"x-hook-token", secret}}, ""), 404);
    EXPECT_EQ(call(address, {{"x-hook-token", secret}}, "one"), 202);
    EXPECT_EQ(call(address, {{"authorization", "Bearer " + secret}}, "two"), 202);
    EXPECT_EQ(call(address + "?token=" + secret, {}, "three"), 202);
    for (const char* body : {"one", "two", "three"}) EXPECT_TRUE(published("door", body)) << body;

    const auto sign = [&](const std::string& body, const std::string& key) {
        unsigned char code[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(body.data()), body.size(), code, &length);
        std::string text = "sha256=";
        for (unsigned i = 0; i < length; ++i) {
            char digits[3];
            std::snprintf(digits, sizeof digits, "%02x", code[i]);
            text += digits;
        }
        return text;
    };
    auto signedAddress = address;
    signedAddress.replace(signedAddress.rfind("door"), 4, "signed");
    EXPECT_EQ(call(signedAddress, {{"x-hook-token", signedSecret}}, "bare"), 404) << "the secret itself is not enough";
    EXPECT_EQ(call(signedAddress, {{"x-hub-signature-256", sign("other", signedSecret)}}, "body"), 404);
    EXPECT_EQ(call(signedAddress, {{"x-hub-signature-256", sign("body", signedSecret)}}, "body"), 202);
    EXPECT_TRUE(published("signed", "body"));
    EXPECT_EQ(mqtt.published.size(), 4u);

    reopen();
    when("door", isActive);
    EXPECT_EQ(call(address, {{"x-hook-token", secret}}, "after a restart"), 202);
    const auto renewed = send(HttpMethod::Post, path(automation, "/hooks/door/renew"));
    ASSERT_TRUE(renewed) << renewed.error().message.en;
    EXPECT_EQ(call(address, {{"x-hook-token", secret}}, "old"), 404);
    EXPECT_EQ(call(address, {{"x-hook-token", parseJson(renewed->body)->textOr("secret", "")}}, "new"), 202);
    EXPECT_FALSE(send(HttpMethod::Post, path(automation, "/hooks/window/renew")));
    principal.permissions = std::make_shared<const std::set<Permission, std::less<>>>();
    EXPECT_EQ(send(HttpMethod::Get, path(automation, "/hooks")).error().code, ErrorCode::Forbidden);
}

TEST_F(AutomationRestTest, ACallIsInTheJournalBeforeItIsAnswered)
{
    const auto automation = created("door", R"lua(
        on(webhook "door", function(ev) wait "1h" end))lua");
    std::string secret;
    ASSERT_TRUE(eventually([&] {
        secret = service->hookSecret(AutomationId{automation.integerOr("id", 0)}, "door");
        return !secret.empty();
    }));
    FakeRequest request;
    request.method = HttpMethod::Post;
    request.path = "/api/hooks/" + std::to_string(automation.integerOr("id", 0)) + "/door";
    request.headers = {{"x-hook-token", secret}};
    ASSERT_TRUE(http.send(request));
    SqlJournalStore store(temp.database());
    EXPECT_EQ(store.unfinishedRuns().size(), 1u);
}

TEST_F(AutomationRestTest, KeepsVersionsAndGoesBack)
{
    const auto text = [](const std::string& word) {
        return "on(event 'go', function() mqtt.publish('said', '" + word + "') end)";
    };
    const auto automation = created("say", text("one"));
    for (const char* word : {"two", "two", "three"})
        ASSERT_TRUE(send(HttpMethod::Put, path(automation, "/source"), Object{{"source", text(word)}}));
    ASSERT_TRUE(send(HttpMethod::Post, path(automation, "/disable")));
    ASSERT_TRUE(send(HttpMethod::Post, path(automation, "/enable")));
    auto versionsNow = get(path(automation, "/versions"));
    const auto* list = &versionsNow.find("versions")->list();
    ASSERT_EQ(list->size(), 3u) << "the same text twice is one version, enabling none";
    EXPECT_EQ((*list)[0].integerOr("number", 0), 3);
    EXPECT_EQ((*list)[0].integerOr("author", 0), 4);
    EXPECT_EQ((*list)[2].textOr("source", ""), text("one"));

    ASSERT_TRUE(send(HttpMethod::Post, path(automation, "/rollback"), Object{}));
    EXPECT_EQ(get(path(automation)).textOr("source", ""), text("two"));
    ASSERT_TRUE(send(HttpMethod::Post, path(automation, "/rollback"), Object{{"version", 1}}));
    EXPECT_EQ(get(path(automation)).textOr("source", ""), text("one"));
    EXPECT_EQ(send(HttpMethod::Post, path(automation, "/rollback"), Object{{"version", 99}}).error().code,
              ErrorCode::NotFound);
    reopen();
    when("say", isActive);
    core.runAndWait([&] { service->engine().raiseEvent("go", {}, Cause{"c", "test", 0}); });
    EXPECT_TRUE(published("said", "one"));
    EXPECT_EQ(get(path(automation, "/versions")).find("versions")->list().size(), 5u);
}

TEST_F(AutomationRestTest, ExportsAFileAndImportsItWholeOrNotAtAll)
{
    created("a", "on(event 'a', function() mqtt.publish('a', '1') end)");
    const auto b = created("b", "on(event 'b', function() mqtt.publish('b', '1') end)");
    ASSERT_TRUE(send(HttpMethod::Post, path(b, "/disable")));
    auto file = get("/api/automations/export");
    ASSERT_EQ(file.find("automations")->list().size(), 2u);
    EXPECT_EQ(
        get("/api/automations/export?ids=" + std::to_string(b.integerOr("id", 0))).find("automations")->list().size(),
        1u);
    EXPECT_FALSE(send(HttpMethod::Get, "/api/automations/export?ids=x"));
    ASSERT_TRUE(send(HttpMethod::Delete, path(b)));

    auto broken = file;
    broken.find("automations");
    List automations = file.find("automations")->list();
    automations.push_back(Object{{"name", "c"}, {"source", "on(event 'c'"}});
    const auto refused = send(HttpMethod::Post, "/api/automations/import", Object{{"automations", automations}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Unprocessable);
    ASSERT_EQ(refused.error().fields.size(), 1u);
    EXPECT_EQ(refused.error().fields[0].pointer, "/automations/2/source");
    EXPECT_EQ(get("/api/automations").find("automations")->list().size(), 1u) << "nothing was saved";

    const auto imported =
        send(HttpMethod::Post, "/api/automations/import", Object{{"automations", *file.find("automations")}});
    ASSERT_TRUE(imported) << imported.error().message.en;
    const auto results = parseJson(imported->body).value();
    EXPECT_EQ(results.find("automations")->list()[0].textOr("outcome", ""), "skipped");
    EXPECT_EQ(results.find("automations")->list()[1].textOr("outcome", ""), "added");
    const auto again = when("b", isActive);
    EXPECT_FALSE(again.booleanOr("enabled", true)) << "as it was";

    file = get("/api/automations/export");
    const auto replaced = send(HttpMethod::Post, "/api/automations/import",
                               Object{{"automations", *file.find("automations")}, {"existing", "replace"}});
    ASSERT_TRUE(replaced);
    EXPECT_EQ(parseJson(replaced->body)->find("automations")->list()[1].textOr("outcome", ""), "replaced");
    EXPECT_EQ(get("/api/automations").find("automations")->list().size(), 2u);
}

Object blueprintBody(const std::string& source)
{
    return Object{{"name", "Motion light"},
                  {"source", source},
                  {"inputs", List{Object{{"name", "lamp"}, {"type", "device"}},
                                  Object{{"name", "minutes"}, {"type", "number"}, {"default", 5}, {"minimum", 1}},
                                  Object{{"name", "note"}, {"type", "text"}, {"default", ""}}}}};
}

TEST_F(AutomationRestTest, MakesAutomationsOfBlueprintsAndMakesThemAnew)
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

TEST_F(AutomationRestTest, ABlueprintThatDoesNotLoadIsRefusedWithItsPlace)
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

TEST_F(AutomationRestTest, ABlueprintIsTriedWithStandInsForDevicesAndExamplesForTheRest)
{
    Object body{
        {"name", "All types"},
        {"source", R"lua(local lamp, pir = device(input.lamp), device(input.pir)
rule "All" {
  on = { pir.motion:becomes(true), pir.lux:below(input.dark), mqtt(input.topic), every(input.pause), at(input.hour),
         device(input.topic).power:above(3), event(input.kind) },
  when = { lamp.status:is(false), input.really },
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

TEST_F(AutomationRestTest, AnInputThatIsOutOfItsBoundsIsToldWithThem)
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
