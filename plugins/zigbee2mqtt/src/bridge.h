#pragma once

#include "coordinator.h"
#include "group.h"

#include "atrium/clock.h"
#include "atrium/mqtt.h"
#include "atrium/scheduler.h"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace atrium::zigbee2mqtt {

/// One zigbee2mqtt: what is below its base topic. Thread: core.
class Bridge {
public:
    /// A site of 334 devices describes them in 1.3 MB.
    static constexpr std::size_t maxDescription = 16 << 20;
    static constexpr std::size_t maxDevices = 5'000;

    Bridge(std::string base, std::shared_ptr<IntegrationPort> port, Mqtt& mqtt, Scheduler& scheduler,
           const Clock& clock, std::chrono::seconds patience);

    void takeState(const MqttMessage& message);
    void takeInfo(const MqttMessage& message);
    void takeDevices(const MqttMessage& message);
    void takeGroups(const MqttMessage& message);

    bool knows(std::string_view key) const { return devices_.contains(key) || key == coordinator_.key(); }
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    /// Who tells the house of the devices.
    enum class Speaker { Undecided, Discovery, Bridge };

    struct Device {
        std::string name;
        bool isGroup = false;
        List groupable; ///< of its exposes, for the groups that it is in
        DeviceAnnouncement said;
        std::vector<ExposedEntity> entities;
        Availability availability = Availability::Available;
        Subscriptions subscriptions;
    };
    void decide(Speaker speaker);
    void showAll();
    void withdrawAll();
    void put(const std::string& ieee, const Value& description);
    void showGroups();
    void putGroup(const Group& group);
    /// With its entities, under a name that may be new.
    void announce(const std::string& key, Device& device, const std::string& name);
    void showCoordinator(UtcTime at);
    void countDown();
    /// Forgets the devices, or the groups, that `present` does not name.
    void keepOnly(const std::set<std::string>& present, bool (*isMeant)(const Device&));
    void listen(const std::string& ieee, Device& device);
    void takeDeviceState(const std::string& ieee, const MqttMessage& message);
    void takeAvailability(const std::string& ieee, const MqttMessage& message);
    void updateAvailability(const std::string& ieee, const Device& device);
    void raise(const std::string& ieee, const Device& device, const std::string& action, UtcTime at);

    const std::string base_;
    const std::shared_ptr<IntegrationPort> port_;
    Mqtt& mqtt_;
    Scheduler& scheduler_;
    const Clock& clock_;
    Speaker speaker_ = Speaker::Undecided;
    bool isUp_ = true;
    Subscription patience_;
    std::shared_ptr<const Value> described_;             ///< the last `bridge/devices`, while nobody shows it
    std::map<std::string, Device, std::less<>> devices_; ///< by IEEE address; groups by their key
    std::vector<Group> groups_;
    Coordinator coordinator_;
    Subscription joiningTimer_;
};

/// `{"state":"online"}` or the bare word. Empty when it is neither `online` nor `offline`. Pure.
std::optional<bool> isOnline(std::string_view payload);

} // namespace atrium::zigbee2mqtt
