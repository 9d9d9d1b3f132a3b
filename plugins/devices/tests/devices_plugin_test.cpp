#include "devices_plugin.h"

#include "atrium/json.h"
#include "testing/fake_plugin_context.h"
#include "testing/temp_database.h"

#include <gtest/gtest.h>

namespace atrium::devices {
namespace {

using namespace std::chrono_literals;

/// The whole plugin against the fakes of the SDK and the server's own SQLite database.
class DevicesPluginTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        context.settings().set("topicPrefix", "aurion").set("demo", true);
        plugin.configure(context);
        plugin.start();
    }
    Result<HttpResponse> send(HttpMethod method, const std::string& path, Value body = {}, Role role = Role::Admin)
    {
        testing::FakeRequest request{method, path, std::move(body)};
        request.principal.user = UserId(4);
        std::set<Permission, std::less<>> permissions{"devices.read"};
        if (role >= Role::User) permissions.insert("devices.control");
        if (role >= Role::Admin) permissions.insert("devices.manage");
        request.principal.permissions = std::make_shared<std::set<Permission, std::less<>>>(permissions);
        return context.http().send(request);
    }
    Value get(const std::string& path) { return *parseJson(send(HttpMethod::Get, path)->body); }

    testing::TempDatabase database{ATRIUM_PLUGIN_SOURCE_DIR "/migrations"};
    testing::FakePluginContext context{"devices", database.folder() / "data", database.database()};
    DevicesPlugin plugin;
};

TEST_F(DevicesPluginTest, ListsTheShapeThatExistingClientsRelyOn)
{
    const auto list = get("/api/devices");
    ASSERT_EQ(list.list().size(), demoHome().size());
    const auto& lamp = list.list()[0];
    EXPECT_TRUE(lamp.find("id")->isInteger());
    EXPECT_EQ(lamp.textOr("uid", ""), "salon/lumiere");
    EXPECT_EQ(*lamp.find("status"), Value(false));
    EXPECT_EQ(*lamp.find("power"), Value(60));
}

TEST_F(DevicesPluginTest, APageShowsWhatTheDevicesThemselvesShow)
{
    context.mqtt().deliver("aurion/devices/1/status", R"({"status":true,"power":42.5,"note":"a \"quoted\" text"})");
    const auto page = send(HttpMethod::Get, "/api/devices?limit=2&offset=1");
    const auto shown = *parseJson(page->body);
    ASSERT_EQ(shown.list().size(), 2u);
    const auto all = get("/api/devices");
    EXPECT_EQ(shown.list()[0], all.list()[1]);
    // The list is written as text, one device as an object: both say the same.
    const auto lamp = get("/api/devices/1");
    for (const auto& [key, value] : all.list()[0].object()) EXPECT_EQ(value, *lamp.find(key)) << key;
    EXPECT_EQ(*all.list()[0].find("attributes")->find("note")->find("value"), Value("a \"quoted\" text"));
}

TEST_F(DevicesPluginTest, AStatusMessageBecomesState)
{
    context.mqtt().deliver("aurion/devices/1/status", R"({"status":true,"power":42.5})");
    const auto lamp = get("/api/devices/1");
    EXPECT_EQ(*lamp.find("status"), Value(true));
    EXPECT_EQ(*lamp.find("power"), Value(42.5));
    EXPECT_EQ(*lamp.find("assumed"), Value(false));
}

TEST_F(DevicesPluginTest, LearnsAttributesFromWhatADeviceSays)
{
    context.mqtt().deliver("aurion/devices/4/status", R"({"motion":true,"illuminance":80,"battery":92,"bad name":1})");
    const auto sensor = get("/api/devices/4");
    const auto& attributes = sensor.find("attributes")->object();
    EXPECT_EQ(attributes.size(), 3u);
    EXPECT_EQ(*attributes.find("illuminance")->find("unit"), Value("lx"));
    EXPECT_EQ(*attributes.find("motion")->find("value"), Value(true));
    // They are stored: a restart knows them.
    DeviceRepository repository(database.database());
    EXPECT_EQ(repository.loadAll()[3].attributes.size(), 3u);
}

TEST_F(DevicesPluginTest, RefusesAndCountsWhatItCannotRead)
{
    const std::pair<const char*, const char*> messages[] = {{"aurion/devices/1/status", "nonsense"},
                                                            {"aurion/devices/999/status", R"({"status":true})"},
                                                            {"aurion/devices/nobody/status", R"({"status":true})"}};
    for (const auto& [topic, payload] : messages) context.mqtt().deliver(topic, payload);
    EXPECT_EQ(context.metrics().count("atrium_device_messages_refused_total", {{"integration", "devices"}}), 3u);
    EXPECT_EQ(*get("/api/devices/1").find("status"), Value(false));
}

TEST_F(DevicesPluginTest, ToggleAnswersTheFlippedDeviceAndSendsOneCommand)
{
    const auto answer = send(HttpMethod::Post, "/api/devices/1/toggle");
    ASSERT_TRUE(answer);
    const auto device = *parseJson(answer->body);
    EXPECT_EQ(*device.find("status"), Value(true));
    EXPECT_EQ(*device.find("assumed"), Value(true)) << "the device has not confirmed it";
    ASSERT_EQ(context.commands().published.size(), 1u);
    EXPECT_EQ(context.commands().published[0].topic, "aurion/devices/1/command");
    EXPECT_EQ(context.commands().published[0].payload, R"({"status":true})");
    EXPECT_EQ(context.commands().sent[0].cause.origin, "user:4");
}

TEST_F(DevicesPluginTest, UnknownDevicesAreSaidInBothLanguages)
{
    const auto answer = send(HttpMethod::Post, "/api/devices/999/toggle");
    ASSERT_FALSE(answer);
    EXPECT_EQ(send(HttpMethod::Get, "/api/devices/999").error().message,
              (Text{"Appareil non trouvé", "Device not found"}));
    EXPECT_EQ(send(HttpMethod::Get, "/api/devices/abc").error().code, ErrorCode::NotFound);
}

TEST_F(DevicesPluginTest, OnlyThosePermittedChangeThings)
{
    EXPECT_EQ(send(HttpMethod::Post, "/api/devices/1/toggle", {}, Role::Guest).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(send(HttpMethod::Delete, "/api/devices/1", {}, Role::User).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(send(HttpMethod::Post, "/api/devices", Object{{"name", "x"}}, Role::User).error().code,
              ErrorCode::Forbidden);
}

TEST_F(DevicesPluginTest, AddsEditsAndRemovesDevices)
{
    const auto added = send(HttpMethod::Post, "/api/devices",
                            Object{{"name", "Radiateur"}, {"type", "climate"}, {"room", "Séjour"}, {"power", 900}});
    ASSERT_TRUE(added);
    EXPECT_EQ(added->status, 201);
    const auto id = parseJson(added->body)->integerOr("id", 0);
    const auto path = "/api/devices/" + std::to_string(id);
    EXPECT_EQ(get(path).textOr("uid", ""), "sejour/radiateur");
    ASSERT_TRUE(send(HttpMethod::Put, path, Object{{"room", "Bureau"}}));
    EXPECT_EQ(get(path).textOr("room", ""), "Bureau");
    EXPECT_EQ(get(path).textOr("name", ""), "Radiateur");
    ASSERT_TRUE(send(HttpMethod::Delete, path));
    EXPECT_EQ(send(HttpMethod::Get, path).error().code, ErrorCode::NotFound);
    EXPECT_EQ(send(HttpMethod::Delete, path).error().code, ErrorCode::NotFound);
}

TEST_F(DevicesPluginTest, CountsRooms)
{
    context.mqtt().deliver("aurion/devices/1/status", R"({"status":true})");
    const auto rooms = get("/api/devices/rooms");
    for (const auto& room : rooms.list())
        if (room.textOr("name", "") == "Salon") {
            EXPECT_EQ(*room.find("devices"), Value(2));
            EXPECT_EQ(*room.find("on"), Value(1));
            return;
        }
    FAIL() << "Salon is missing";
}

TEST_F(DevicesPluginTest, ScreensGetEachDeviceAtMostOncePerRound)
{
    const auto lamp = context.devices().find(DeviceId(1));
    for (int i = 0; i < 50; ++i) context.devices().publish({lamp});
    const auto sent = context.realtime().published().size();
    EXPECT_LE(sent, 2u);
    context.advance(1s);
    EXPECT_EQ(context.realtime().published().size(), sent + 1);
    EXPECT_EQ(context.realtime().published().back().topic, "devices");
    EXPECT_EQ(context.realtime().published().back().permission, "devices.read");
}

} // namespace
} // namespace atrium::devices
