#include "auth_fixture.h"
#include "mqtt_accounts.h"

namespace atrium::auth {
namespace {

DevicePtr deviceOf(std::int64_t id, const std::string& room)
{
    auto device = std::make_shared<Device>();
    device->info.edit().id = DeviceId{id};
    device->info.edit().room = room;
    return device;
}

class Only : public Rights {
public:
    bool allow(std::string_view permission, const AccessObject& object) const override
    {
        return object.id == "5" || (permission == "devices.read" && object.room == "Salon");
    }
    bool allowSomewhere(std::string_view) const override { return true; }
};

TEST(BrokerAccountTest, ReadsAndCommandsWhatItsPersonMay)
{
    DeviceList devices;
    devices.devices = {deviceOf(5, "Cuisine"), deviceOf(6, "Salon"), deviceOf(7, "Garage")};
    Principal person;
    person.user = UserId{1};
    person.rights = std::make_shared<Only>();
    const auto narrow = brokerAccountOf({1, UserId{1}, "person-x", "hash", {}}, person, devices, "aurion");
    EXPECT_EQ(narrow.readTopics, (std::vector<std::string>{"aurion/devices/5/status", "aurion/devices/6/status"}));
    EXPECT_EQ(narrow.writeTopics, std::vector<std::string>{"aurion/devices/5/command"});

    person.permissions = std::make_shared<std::set<Permission, std::less<>>>(
        std::set<Permission, std::less<>>{"devices.read", "devices.control"});
    const auto wide = brokerAccountOf({1, UserId{1}, "person-x", "hash", {}}, person, devices, "aurion");
    EXPECT_EQ(wide.readTopics, std::vector<std::string>{"aurion/devices/+/status"});
    EXPECT_EQ(wide.writeTopics, std::vector<std::string>{"aurion/devices/+/command"});

    const auto device = brokerAccountOf({1, UserId{1}, "device-x", "hash", DeviceId{6}}, person, devices, "aurion");
    EXPECT_EQ(device.writeTopics, std::vector<std::string>{"aurion/devices/6/status"}) << "itself and nothing else";
    EXPECT_EQ(device.readTopics, std::vector<std::string>{"aurion/devices/6/command"});
}

TEST(BrokerAccountTest, HashesAsTheBrokerReadsIt)
{
    const auto hash = brokerHash("secret");
    EXPECT_EQ(hash.substr(0, 7), "$7$101$");
    EXPECT_NE(hash, brokerHash("secret")) << "salted";
    EXPECT_EQ(hash.size(), 7 + 16 + 1 + 88u);
}

} // namespace
} // namespace atrium::auth
