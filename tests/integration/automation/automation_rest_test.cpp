// Hooks, versions and files over REST, on the server's own database.
#include "tests/integration/automation/automation_rest_fixture.h"

#include <openssl/hmac.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using testing::FakeRequest;

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

} // namespace
} // namespace atrium::automation
