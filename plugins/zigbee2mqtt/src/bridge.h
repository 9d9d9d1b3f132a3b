#pragma once

#include "exposes.h"

#include "atrium/mqtt.h"
#include "atrium/scheduler.h"

#include <map>
#include <memory>
#include <string>

namespace atrium::zigbee2mqtt {

/// One zigbee2mqtt: what is below its base topic. Thread: core.
class Bridge {
public:
    /// A site of 334 devices describes them in 1.3 MB.
    static constexpr std::size_t maxDescription = 16 << 20;
    static constexpr std::size_t maxDevices = 5'000;

    Bridge(std::string base, std::shared_ptr<IntegrationPort> port, Mqtt& mqtt, Scheduler& scheduler,
           std::chrono::seconds patience);

    void takeState(const MqttMessage& message);
    void takeInfo(const MqttMessage& message);
    void takeDevices(const MqttMessage& message);

    bool knows(std::string_view ieee) const { return devices_.contains(ieee); }
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    /// Who tells the house of the devices.
    enum class Speaker { Undecided, Discovery, Bridge };

    struct Device {
        std::string name;
        DeviceAnnouncement said;
        std::vector<ExposedEntity> entities;
        Availability availability = Availability::Available;
        Subscriptions subscriptions;
    };
    void decide(Speaker speaker);
    void showAll();
    void withdrawAll();
    void put(const std::string& ieee, const Value& description);
    void listen(const std::string& ieee, Device& device);
    void takeDeviceState(const std::string& ieee, const MqttMessage& message);
    void takeAvailability(const std::string& ieee, const MqttMessage& message);
    void updateAvailability(const std::string& ieee, const Device& device);
    void raise(const std::string& ieee, const Device& device, const std::string& action, UtcTime at);

    const std::string base_;
    const std::shared_ptr<IntegrationPort> port_;
    Mqtt& mqtt_;
    Scheduler& scheduler_;
    Speaker speaker_ = Speaker::Undecided;
    bool isUp_ = true;
    Subscription patience_;
    std::shared_ptr<const Value> described_; ///< the last `bridge/devices`, while nobody shows it
    std::map<std::string, Device, std::less<>> devices_;
};

/// `{"state":"online"}` or the bare word. Empty when it is neither `online` nor `offline`. Pure.
std::optional<bool> isOnline(std::string_view payload);

} // namespace atrium::zigbee2mqtt
