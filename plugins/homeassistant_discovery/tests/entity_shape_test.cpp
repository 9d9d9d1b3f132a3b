#include "entity_index.h"

#include <gtest/gtest.h>

namespace atrium::homeassistant_discovery {
namespace {

EntityConfig configOf(const std::string& component, const std::string& payload)
{
    auto message = readConfig({component, "x"}, payload);
    EXPECT_TRUE(message) << message.error().message.en;
    return std::move(message->entities.at(0));
}

std::string sensor(const std::string& device, const std::string& unit = "W")
{
    return R"({"uniq_id":")" + device + R"(_power","dev":{"ids":")" + device + R"("},"stat_t":"home/)" + device +
           R"(","unit_of_meas":")" + unit + R"(","val_tpl":"{{ value_json.power }}","avty_t":"home/)" + device +
           R"(/online"})";
}

TEST(ShapeCacheTest, EntitiesThatDifferInIdentityAndTopicsShareOneShape)
{
    ShapeCache cache;
    const auto one = cache.describe(configOf("sensor", sensor("a"))).value();
    const auto other = cache.describe(configOf("sensor", sensor("b"))).value();
    EXPECT_TRUE(one.shape.isSame(other.shape));
    EXPECT_EQ(one.id, "sensor.a_power");
    EXPECT_EQ(other.id, "sensor.b_power");
    ASSERT_EQ(other.shape->channels.size(), 2u);
    EXPECT_EQ(other.topics[other.shape->channels[0].topic], "home/b");
    EXPECT_EQ(other.topics[other.shape->channels[1].topic], "home/b/online");
    EXPECT_EQ(other.shape->topic(other.topics, "state_topic"), "home/b");

    EXPECT_FALSE(cache.describe(configOf("sensor", sensor("c", "kW"))).value().shape.isSame(one.shape));
    EXPECT_FALSE(cache.describe(configOf("binary_sensor", sensor("a"))).value().shape.isSame(one.shape));
}

TEST(ShapeCacheTest, CommandsGoToTheTopicOfTheEntity)
{
    ShapeCache cache;
    const auto plug = [](const std::string& name) {
        return configOf("switch", R"({"uniq_id":")" + name + R"(","cmd_t":"home/)" + name + R"(/set"})");
    };
    cache.describe(plug("a")).value();
    const auto second = cache.describe(plug("b")).value();
    const auto plan = planCommand(*second.shape, second.topics, "turn_on", {}, UtcTime{});
    ASSERT_TRUE(plan);
    ASSERT_EQ(plan->publications.size(), 1u);
    EXPECT_EQ(plan->publications[0].topic, "home/b/set");
    EXPECT_EQ(plan->publications[0].payload, "ON");
}

TEST(ShapeCacheTest, ANumberInPlaceOfATopicIsNoTopic)
{
    ShapeCache cache;
    auto config = configOf("switch", R"({"uniq_id":"a","cmd_t":"home/a/set","stat_t":"home/a"})");
    config.config.set("command_topic", 1);
    const auto entity = cache.describe(std::move(config)).value();
    EXPECT_EQ(entity.shape->topic(entity.topics, "command_topic"), "");
    EXPECT_FALSE(planCommand(*entity.shape, entity.topics, "turn_on", {}, UtcTime{}));
}

TEST(ShapeCacheTest, WhatIsNotUnderstoodShowsItsOwnTopics)
{
    ShapeCache cache;
    const auto robot = [](const std::string& name) {
        return configOf("robot", R"({"uniq_id":")" + name + R"(","stat_t":"home/)" + name + R"("})");
    };
    cache.describe(robot("a")).value();
    const auto second = cache.describe(robot("b")).value();
    EXPECT_EQ(second.shape->announced.spec.component, "raw");
    const Value capabilities(second.shape->announced.spec.capabilities);
    EXPECT_EQ(capabilities.find("config")->textOr("state_topic", ""), "home/b");
    EXPECT_EQ(second.topics[second.shape->channels.at(0).topic], "home/b");
}

TEST(ShapeCacheTest, RefusesABrokenTemplateEachTime)
{
    ShapeCache cache;
    for (int i = 0; i < 2; ++i)
        EXPECT_FALSE(cache.describe(configOf("sensor", R"({"uniq_id":"a","stat_t":"a","val_tpl":"{{ value"})")));
    EXPECT_EQ(cache.size(), 0u);
}

TEST(EntityIndexTest, FindsEachEntityAmongManyThatComeAndGo)
{
    constexpr int devices = 300, perDevice = 7;
    std::vector<AnnouncedDevice> all(devices);
    EntityIndex index;
    const auto idOf = [](int device, int entity) { return std::to_string(device) + "." + std::to_string(entity); };
    const auto add = [&](int device, int entity) {
        Entity one;
        one.id = idOf(device, entity);
        all[static_cast<std::size_t>(device)].entities.push_back(std::move(one));
        index.put(idOf(device, entity), all[static_cast<std::size_t>(device)]);
    };
    for (int device = 0; device < devices; ++device)
        for (int entity = 0; entity < perDevice; ++entity) add(device, entity);
    // Every third device leaves, and each fourth of those comes back under another place.
    for (int device = 0; device < devices; device += 3) {
        for (int entity = 0; entity < perDevice; ++entity) index.erase(idOf(device, entity));
        all[static_cast<std::size_t>(device)].entities.clear();
    }
    for (int device = 0; device < devices; device += 12) add(device, 0);
    for (int device = 0; device < devices; ++device)
        for (int entity = 0; entity < perDevice; ++entity) {
            const bool isThere = device % 3 != 0 || (device % 12 == 0 && entity == 0);
            EXPECT_EQ(index.find(idOf(device, entity)), isThere ? &all[static_cast<std::size_t>(device)] : nullptr)
                << idOf(device, entity);
        }
    EXPECT_EQ(index.size(), 200u * perDevice + 25u);
    EXPECT_EQ(index.find("nobody"), nullptr);
}

} // namespace
} // namespace atrium::homeassistant_discovery
