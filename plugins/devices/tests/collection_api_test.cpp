#include "rest_fixture.h"

#include "atrium/json.h"

namespace atrium::devices {
namespace {

class CollectionApiTest : public RestFixture {
protected:
    Value answer(const Result<HttpResponse>& response)
    {
        if (!response) ADD_FAILURE() << response.error().message.en;
        return response ? *parseJson(response->body) : Value();
    }
    Value post(const std::string& path, Value body = {})
    {
        return answer(send(HttpMethod::Post, path, std::move(body)));
    }
    std::size_t published() { return context.commands().published.size(); }
};

// The demo home: 1 lamp and 2 TV in the living room, 3 lamp and 4 motion sensor in the hall, ...

TEST_F(CollectionApiTest, ARoomIsSwitchedAndWhatCannotBeIsSkipped)
{
    const auto done = post("/api/devices/commands", Object{{"room", "Entrée"}, {"command", "on"}});
    EXPECT_EQ(*done.find("success"), Value(true));
    EXPECT_EQ(*done.find("sent"), Value(1));
    EXPECT_EQ(*done.find("skipped"), Value(1)) << "the motion sensor";
    ASSERT_EQ(published(), 1u);
    EXPECT_EQ(context.commands().published[0].topic, "aurion/devices/3/command");
}

TEST_F(CollectionApiTest, NamedDevicesFailOnTheirOwn)
{
    const auto done = post("/api/devices/commands", Object{{"devices", List{1, 4, 999}}, {"command", "on"}});
    EXPECT_EQ(*done.find("success"), Value(false));
    EXPECT_EQ(*done.find("sent"), Value(1));
    EXPECT_EQ(*done.find("failed"), Value(2));
    EXPECT_EQ(published(), 1u);
    EXPECT_FALSE(send(HttpMethod::Post, "/api/devices/commands", Object{{"command", "off"}})) << "of what?";
}

TEST_F(CollectionApiTest, ATypeInTheWholeHouse)
{
    const auto done = post("/api/devices/commands",
                           Object{{"type", "light"}, {"command", "set"}, {"arguments", Object{{"level", 30}}}});
    EXPECT_EQ(*done.find("sent"), Value(4));
    EXPECT_EQ(*done.find("failed"), Value(0));
}

TEST_F(CollectionApiTest, AGroupLivesAndIsCommanded)
{
    const auto made = post("/api/devices/groups", Object{{"name", "Evening"}, {"devices", List{1, 3, 3, 10}}});
    EXPECT_EQ(made.find("devices")->list().size(), 3u) << "each once";
    const auto path = "/api/devices/groups/" + std::to_string(made.integerOr("id", 0));
    const auto done = post(path + "/commands", Object{{"command", "on"}});
    EXPECT_EQ(*done.find("sent"), Value(3));
    EXPECT_EQ(*answer(send(HttpMethod::Get, path)).find("on"), Value(3));
    EXPECT_EQ(
        send(HttpMethod::Post, "/api/devices/groups", Object{{"name", "Evening"}, {"devices", List{}}}).error().code,
        ErrorCode::Conflict);
    EXPECT_EQ(
        send(HttpMethod::Post, "/api/devices/groups", Object{{"name", "Ghosts"}, {"devices", List{999}}}).error().code,
        ErrorCode::NotFound);
    EXPECT_TRUE(send(HttpMethod::Put, path, Object{{"name", "Night"}, {"devices", List{1}}}));
    EXPECT_TRUE(send(HttpMethod::Delete, path));
    EXPECT_EQ(send(HttpMethod::Post, path + "/commands", Object{{"command", "on"}}).error().code, ErrorCode::NotFound);
}

TEST_F(CollectionApiTest, ASceneIsCapturedAndActivated)
{
    context.mqtt().deliver("aurion/devices/1/status", R"({"status":true,"level":20})");
    context.mqtt().deliver("aurion/devices/3/status", R"({"status":false,"level":80})");
    const auto scene = post("/api/scenes", Object{{"name", "Cinema"}, {"capture", List{1, 3}}});
    const auto& steps = scene.find("steps")->list();
    ASSERT_EQ(steps.size(), 2u);
    EXPECT_EQ(steps[0].textOr("command", ""), "on");
    EXPECT_EQ(*steps[0].find("arguments")->find("level"), Value(20));
    EXPECT_EQ(steps[1].textOr("command", ""), "off");
    EXPECT_EQ(steps[1].find("arguments"), nullptr) << "a lamp that is off has no level";
    context.mqtt().deliver("aurion/devices/1/status", R"({"status":false,"level":100})");
    const auto done = post("/api/scenes/" + std::to_string(scene.integerOr("id", 0)) + "/activate");
    EXPECT_EQ(*done.find("sent"), Value(2));
    EXPECT_EQ(context.devices().find(DeviceId(1))->value("status"), Value(true));
    EXPECT_EQ(context.devices().find(DeviceId(1))->value("level"), Value(20));
    EXPECT_EQ(context.devices().find(DeviceId(1))->find("level")->assumed(), true);
}

TEST_F(CollectionApiTest, ARightOnARoomReachesThatRoomOnly)
{
    const auto rights = std::make_shared<RoomRights>("Salon");
    const auto all =
        answer(send(HttpMethod::Post, "/api/devices/commands", Object{{"type", "light"}, {"command", "on"}}, rights));
    EXPECT_EQ(*all.find("sent"), Value(1)) << "the lamps of other rooms are not even mentioned";
    EXPECT_EQ(all.find("results")->list().size(), 1u);
    const auto named = answer(
        send(HttpMethod::Post, "/api/devices/commands", Object{{"devices", List{1, 3}}, {"command", "on"}}, rights));
    EXPECT_EQ(*named.find("failed"), Value(1));
}

} // namespace
} // namespace atrium::devices
