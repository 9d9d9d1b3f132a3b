#include "picture_source.h"
#include "picture_store.h"
#include "rest_fixture.h"

#include "atrium/integration.h"
#include "atrium/services.h"

namespace atrium::devices {
namespace {

const std::string png("\x89PNG\r\n\x1A\n and so on", 18);

StillPicture picture(std::string bytes, int second)
{
    return {std::move(bytes), UtcTime(std::chrono::seconds(second))};
}

TEST(PictureTest, KeepsTheLastPictureOfEachCamera)
{
    PictureStore store;
    EXPECT_TRUE(store.put(DeviceId(1), "a", picture(png, 1)));
    EXPECT_TRUE(store.put(DeviceId(1), "a", picture(png + "2", 2)));
    EXPECT_EQ(store.of(DeviceId(1), "a")->bytes, png + "2");
    EXPECT_EQ(store.of(DeviceId(1), "b"), nullptr);
    EXPECT_FALSE(store.put(DeviceId(1), "a", picture("<svg onload='x()'/>", 3))) << "nothing that may run in a browser";
    EXPECT_FALSE(store.put(DeviceId(1), "a", picture(png + std::string(StillPicture::maxBytes, 'x'), 3)));
    store.forget(DeviceId(1));
    EXPECT_EQ(store.of(DeviceId(1), "a"), nullptr);
}

TEST(PictureTest, TheOldestGivesWay)
{
    PictureStore store;
    const std::string large = png + std::string(StillPicture::maxBytes - png.size(), 'x');
    const int fit = static_cast<int>(PictureStore::maxBytes / StillPicture::maxBytes);
    for (int i = 0; i <= fit; ++i) ASSERT_TRUE(store.put(DeviceId(i + 1), "a", picture(large, 100 - i)));
    EXPECT_EQ(store.of(DeviceId(fit + 1), "a"), nullptr) << "it was taken first";
    EXPECT_NE(store.of(DeviceId(1), "a"), nullptr);
}

TEST(PictureTest, ACameraIsNeitherTheServerNorItsNeighbourOnTheLink)
{
    for (const char* address : {"127.0.0.1", "::1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "camera"})
        EXPECT_FALSE(mayBeCamera(address)) << address;
    for (const char* address : {"192.168.1.20", "10.0.0.7", "8.8.8.8"}) EXPECT_TRUE(mayBeCamera(address)) << address;
    for (const char* url : {"http://127.0.0.1/x", "file:///etc/passwd", "http://user:secret@192.168.1.20/", "nonsense"})
        EXPECT_EQ(fetchPicture(url).error().code, ErrorCode::InvalidArgument) << url;
}

class PictureRouteTest : public RestFixture {
protected:
    void SetUp() override
    {
        RestFixture::SetUp();
        port = context.services().require<Integrations>()->open(
            "cameras", [](const EntityCommand&) { return Result<EntityPlan>(makeError(ErrorCode::Unavailable)); });
        DeviceAnnouncement camera;
        camera.key = "porch";
        camera.identifiers = {"porch"};
        camera.name = "Porch";
        camera.suggestedRoom = "Garden";
        AnnouncedEntity entity;
        entity.id = "eye";
        entity.spec.component = "camera";
        entity.attributes.emplace_back().spec.kind = Value::Kind::Text;
        camera.entities.push_back(std::move(entity));
        port->announce(std::move(camera));
        port->setAvailability("porch", "", Availability::Available); // it is put at once for this
        const auto device = context.devices().find("Porch");
        ASSERT_TRUE(device);
        path = "/api/devices/" + std::to_string(device->info->id.value) + "/picture";
    }

    std::shared_ptr<IntegrationPort> port;
    std::string path;
};

TEST_F(PictureRouteTest, ShowsThePictureToWhoeverMaySeeTheDevice)
{
    EXPECT_EQ(send(HttpMethod::Get, path)->status, 204) << "there is none yet";
    port->show("porch", "eye", picture(png, 5));
    const auto shown = send(HttpMethod::Get, path);
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->body, png);
    EXPECT_EQ(shown->contentType, "image/png");
    EXPECT_TRUE(send(HttpMethod::Get, path, {}, std::make_shared<RoomRights>("Garden")));
    EXPECT_EQ(send(HttpMethod::Get, path, {}, std::make_shared<RoomRights>("Cellar")).error().code, ErrorCode::NotFound)
        << "who may not see it is not told that there is one";
}

TEST_F(PictureRouteTest, RefusesWhatIsNoPicture)
{
    port->show("porch", "eye", picture("<html>", 5));
    EXPECT_EQ(send(HttpMethod::Get, path)->status, 204);
}

} // namespace
} // namespace atrium::devices
