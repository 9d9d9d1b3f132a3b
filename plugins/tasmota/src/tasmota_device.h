#pragma once

#include "atrium/integration.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium::tasmota {

/// What is known of one device: its discovery messages, or what it let slip without them. Pure.
class TasmotaDevice {
public:
    /// Values of one entity by role.
    struct Values {
        std::string entity;
        std::vector<std::pair<std::string, Value>> values;
    };

    /// From `discovery/MAC/config`. Errors: what is missing.
    static Result<TasmotaDevice> fromConfig(const Value& config);
    /// Firmware without discovery, known by its topic.
    static TasmotaDevice fromTopic(std::string topic, std::string commandPrefix);

    /// From `discovery/MAC/sensors`, SENSOR or STATUS8: entities for what is measured. True when there are new ones.
    bool learnSensors(const Value& sensors);
    /// From STATUS 0 of a device without discovery. True when something new was learned.
    bool learnStatus(const Value& status);
    /// POWER members of STATE that no relay is known for. True when there are new ones.
    bool learnRelays(const Value& state);

    const std::string& key() const { return key_; }
    const std::string& commandPrefix() const { return commandPrefix_; }
    const std::string& statPrefix() const { return statPrefix_; }
    const std::string& telePrefix() const { return telePrefix_; }
    const std::string& topic() const { return topic_; }
    bool sleeps() const { return sleeps_; }
    bool isWordFor(std::string_view payload, bool online) const
    {
        return payload == (online ? onlineWord_ : offlineWord_);
    }

    DeviceAnnouncement announcement() const;
    std::vector<Values> readState(const Value& state) const;
    std::vector<Values> readSensors(const Value& sensors) const;
    /// What the discovery message itself says, such as the address.
    std::vector<Values> readConfig() const;
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    struct Relay {
        std::string component; ///< `switch`, `light` or `cover`
        std::string id;
        std::string name; ///< empty = the device's
        int number = 1;   ///< as in POWERn or Shuttern
    };
    struct Sensor {
        std::string id;
        std::vector<Value> path; ///< texts, and integers for arrays
    };

    std::string relayId(const char* kind, int index) const;
    void collect(const Value& value, std::vector<Value>& path, bool& isNew);

    std::string key_, topic_, name_ = "Tasmota", model_, firmware_, mac_, address_, url_;
    std::string commandPrefix_, statPrefix_, telePrefix_;
    std::string onlineWord_ = "Online", offlineWord_ = "Offline";
    std::string on_ = "ON", off_ = "OFF";
    std::string temperatureUnit_ = "C", pressureUnit_, speedUnit_;
    int lightKind_ = 0;
    bool sleeps_ = false;
    bool hasDiscovery_ = false;
    std::vector<Relay> relays_;
    std::vector<Sensor> sensors_;
    std::map<std::string, Value::Kind> sensorKinds_;
};

} // namespace atrium::tasmota
