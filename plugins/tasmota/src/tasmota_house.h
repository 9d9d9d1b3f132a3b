#pragma once

#include "tasmota_device.h"

#include "atrium/mqtt.h"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace atrium::tasmota {

/// All Tasmota devices of the broker. Thread: core.
class TasmotaHouse {
public:
    TasmotaHouse(std::shared_ptr<IntegrationPort> port, Mqtt& mqtt) : port_(std::move(port)), mqtt_(mqtt) {}

    /// `discovery/MAC/config` or `/sensors`.
    void takeDiscovery(const MqttMessage& message);
    /// `tele/TOPIC/...` or `stat/TOPIC/...` of devices that may have no discovery.
    void takeUnannounced(const MqttMessage& message);
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    struct Known {
        TasmotaDevice device;
        Subscriptions subscriptions;
        Availability availability = Availability::NeverHeard;
    };
    void announce(const Known& known);
    void listen(const std::string& key);
    void take(Known& known, std::string_view word, const MqttMessage& message);
    void report(const TasmotaDevice& device, const std::vector<TasmotaDevice::Values>& all, UtcTime at);

    const std::shared_ptr<IntegrationPort> port_;
    Mqtt& mqtt_;
    std::map<std::string, Known, std::less<>> known_;      ///< by key: the MAC, or the topic without discovery
    std::map<std::string, Value> sensorsBefore_;           ///< sensors that came before their config, by MAC
    std::set<std::string, std::less<>> announcedPrefixes_; ///< of devices with discovery
};

} // namespace atrium::tasmota
