#include "announced_device.h"

#include <gtest/gtest.h>

namespace atrium::homeassistant_discovery {
namespace {

Entity entityOf(const char* id)
{
    Entity entity;
    entity.id = id;
    return entity;
}

TEST(AnnouncedDeviceTest, EntitiesStaySmall) { EXPECT_LE(sizeof(Entity), 32u); }

TEST(AnnouncedDeviceTest, EntitiesOfOneOwnerAndOneTopicShareThem)
{
    AnnouncedDevice device;
    for (const char* id : {"sensor.a", "sensor.b", "sensor.c"}) device.add(entityOf(id), "config/1", {"state/1"});
    device.add(entityOf("sensor.d"), "config/2", {"state/1", "state/2"});
    EXPECT_EQ(device.owners.size(), 2u);
    EXPECT_EQ(device.topics.size(), 2u);
    EXPECT_EQ(device.ownerOf(*device.find("sensor.b")), "config/1");
    EXPECT_EQ(device.ownerOf(*device.find("sensor.d")), "config/2");
    EXPECT_EQ(device.topicsOf(*device.find("sensor.d"))->at(1), "state/2");
}

TEST(AnnouncedDeviceTest, PlacesThatNobodyUsesAreUsedAgain)
{
    AnnouncedDevice device;
    device.add(entityOf("sensor.a"), "config/a", {"state/0"});
    device.add(entityOf("sensor.b"), "config/b", {"state/b"});
    for (int i = 1; i <= 100; ++i) {
        device.remove(*device.find("sensor.a"));
        device.add(entityOf("sensor.a"), "config/a", {"state/" + std::to_string(i)});
    }
    EXPECT_EQ(device.topics.size(), 2u);
    EXPECT_EQ(device.owners.size(), 2u);
    EXPECT_EQ(device.topicsOf(*device.find("sensor.a"))->at(0), "state/100");
    EXPECT_EQ(device.topicsOf(*device.find("sensor.b"))->at(0), "state/b");
}

TEST(AnnouncedDeviceTest, AMemoryOutlivesTheEntityThatComesAgain)
{
    AnnouncedDevice device;
    device.add(entityOf("light.a"), "config", {"state"});
    device.add(entityOf("light.b"), "config", {"state"});
    device.active(*device.find("light.b")).memory = std::make_unique<Memory>(Memory{{"brightness", 5}});
    EXPECT_EQ(device.activityOf(*device.find("light.a")), nullptr);
    EXPECT_EQ(device.remove(*device.find("light.a")), nullptr);
    const auto memory = device.remove(*device.find("light.b"));
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(memory->at("brightness"), Value(5));
    EXPECT_TRUE(device.activities.empty());
    EXPECT_TRUE(device.entities.empty());
}

TEST(AnnouncedDeviceTest, SettlingChangesNothingThatCanBeSeen)
{
    AnnouncedDevice device;
    device.add(entityOf("light.a"), "config", {"state"});
    device.add(entityOf("light.b"), "config", {"state"});
    device.active(*device.find("light.b"));
    device.settle();
    ASSERT_NE(device.find("light.a"), nullptr);
    ASSERT_NE(device.find("light.b"), nullptr);
    EXPECT_NE(device.activityOf(*device.find("light.b")), nullptr);
    EXPECT_EQ(device.activityOf(*device.find("light.a")), nullptr);
}

} // namespace
} // namespace atrium::homeassistant_discovery
