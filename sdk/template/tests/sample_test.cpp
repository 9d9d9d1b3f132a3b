#include "sample_plugin.h"

#include "testing/fake_plugin_context.h"
#include "testing/temp_database.h"

#include <gtest/gtest.h>

namespace atrium::sample {
namespace {

/// The whole plugin against the fakes of the SDK and the server's own SQLite database.
class SamplePluginTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        context.settings().set("greeting", "Bonjour");
        plugin.configure(context);
        plugin.start();
    }
    Principal resident()
    {
        Principal principal;
        principal.user = UserId(1);
        principal.permissions =
            std::make_shared<std::set<Permission, std::less<>>>(std::set<Permission, std::less<>>{"sample.read"});
        return principal;
    }

    testing::TempDatabase database{ATRIUM_PLUGIN_SOURCE_DIR "/migrations"};
    testing::FakePluginContext context{"sample", database.folder() / "data", database.database()};
    SamplePlugin plugin;
};

TEST_F(SamplePluginTest, GreetsAndCountsOverHttp)
{
    testing::FakeRequest request{HttpMethod::Get, "/api/sample/greeting?name=Ada"};
    request.principal = resident();
    ASSERT_TRUE(context.http().send(request));
    EXPECT_EQ(context.http().send(request)->body, R"({"text":"Bonjour, Ada","count":2})");
}

TEST_F(SamplePluginTest, RefusesStrangers)
{
    const auto answer = context.http().send({HttpMethod::Get, "/api/sample/greeting"});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::Unauthenticated);
}

TEST_F(SamplePluginTest, AnswersOverMqtt)
{
    context.mqtt().deliver("sample/Ada/hello", "");
    ASSERT_EQ(context.mqtt().published.size(), 1u);
    EXPECT_EQ(context.mqtt().published[0].topic, "sample/Ada/greeting");
    EXPECT_EQ(context.mqtt().published[0].payload, "Bonjour, Ada");
}

TEST_F(SamplePluginTest, GreetsInAutomations)
{
    EXPECT_EQ(*context.automation().call("sample", "greet", {"Ada"}), Value("Bonjour, Ada"));
    EXPECT_FALSE(context.automation().call("sample", "greet", {7}));
}

} // namespace
} // namespace atrium::sample
