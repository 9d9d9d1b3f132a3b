#pragma once

#include "tasmota_device.h"

#include "atrium/clock.h"
#include "atrium/mqtt.h"
#include "atrium/scheduler.h"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace atrium::tasmota {

/// All Tasmota devices of the broker. Thread: core.
class TasmotaHouse {
public:
    TasmotaHouse(std::shared_ptr<IntegrationPort> port, Mqtt& mqtt, Scheduler& scheduler, const Clock& clock)
        : port_(std::move(port)), mqtt_(mqtt), scheduler_(scheduler), clock_(clock)
    {}

    /// `discovery/MAC/config` or `/sensors`.
    void takeDiscovery(const MqttMessage& message);
    /// `tele/TOPIC/...` or `stat/TOPIC/...` of devices that may have no discovery.
    void takeUnannounced(const MqttMessage& message);
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    struct Known {
        TasmotaDevice device;
        Subscriptions subscriptions;
        std::map<std::string, Subscription> releases; ///< of inputs that fall back, by entity
        Availability availability = Availability::NeverHeard;
    };
    void announce(const Known& known);
    void listen(const std::string& key);
    void take(Known& known, std::string_view word, const MqttMessage& message);
    void takeMessage(Known& known, std::string_view word, const Value& message, UtcTime at);
    void report(Known& known, const std::vector<EntityValues>& all, UtcTime at);

    const std::shared_ptr<IntegrationPort> port_;
    Mqtt& mqtt_;
    Scheduler& scheduler_;
    const Clock& clock_;
    std::map<std::string, Known, std::less<>> known_;      ///< by key: the MAC, or the topic without discovery
    std::map<std::string, Value> sensors_;                 ///< what `/sensors` said last, by MAC: it may come first
    std::set<std::string, std::less<>> announcedPrefixes_; ///< of devices with discovery
};

} // namespace atrium::tasmota
