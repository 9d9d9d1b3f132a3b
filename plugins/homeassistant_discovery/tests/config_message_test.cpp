#include "config_message.h"

#include <gtest/gtest.h>

namespace atrium::homeassistant_discovery {
namespace {

TEST(ConfigTopicTest, KnowsConfigTopicsFromOthers)
{
    EXPECT_EQ(parseConfigTopic("ha", "ha/sensor/a/config")->id, "a");
    EXPECT_EQ(parseConfigTopic("ha", "ha/sensor/node/a/config")->id, "node a");
    for (const char* other :
         {"ha/sensor/a/state", "ha/status", "ha/sensor/config", "ha/sensor/a b/config", "x/sensor/a/config"})
        EXPECT_FALSE(parseConfigTopic("ha", other)) << other;
}

TEST(ConfigMessageTest, ExpandsAbbreviationsAndTheBaseTopic)
{
    const auto message = readConfig({"switch", "plug"},
                                    R"({"~":"home/plug","cmd_t":"~/set","stat_t":"state/~","dev":{"ids":"p1","mf":"M"},
        "avty":{"t":"~/online"}})");
    ASSERT_TRUE(message) << message.error().message.en;
    const auto& entity = message->entities.at(0);
    EXPECT_EQ(entity.text("command_topic"), "home/plug/set");
    EXPECT_EQ(entity.text("state_topic"), "state/home/plug");
    EXPECT_EQ(entity.config.find("device")->textOr("manufacturer", ""), "M");
    EXPECT_EQ(entity.config.find("availability")->list().at(0).textOr("topic", ""), "home/plug/online");
}

TEST(ConfigMessageTest, DeviceMessagesShareWhatTheirComponentsLack)
{
    const auto message = readConfig({"device", "d"}, R"({"dev":{"ids":["d"]},"o":{"name":"x"},"stat_t":"d/s","cmps":{
        "a":{"p":"sensor","uniq_id":"a"},"b":{"p":"sensor","stat_t":"d/b","uniq_id":"b"},"gone":{"p":"sensor"}}})");
    ASSERT_TRUE(message);
    ASSERT_EQ(message->entities.size(), 2u) << "a component that has only a platform is removed";
    EXPECT_EQ(message->entities[0].text("state_topic"), "d/s");
    EXPECT_EQ(message->entities[1].text("state_topic"), "d/b");
    EXPECT_FALSE(readConfig({"device", "d"}, R"({"dev":{"ids":["d"]},"o":{"name":"x"},"cmps":{"a":{"uniq_id":"a"}}})"));
}

TEST(ConfigMessageTest, RefusesWhatIsIncomplete)
{
    EXPECT_FALSE(readConfig({"switch", "a"}, R"({"name":"no command topic"})"));
    EXPECT_FALSE(readConfig({"sensor", "a"}, "nonsense"));
    EXPECT_FALSE(readConfig({"sensor", "a"}, "[1]"));
    EXPECT_TRUE(readConfig({"sensor", "a"}, "")->removes);
    EXPECT_TRUE(readConfig({"sensor", "a"}, R"({"migrate_discovery":true})")->migrates);
}

} // namespace
} // namespace atrium::homeassistant_discovery
