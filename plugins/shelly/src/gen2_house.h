#pragma once

#include "gen2_device.h"

#include "atrium/mqtt.h"
#include "atrium/scheduler.h"

#include <map>
#include <memory>
#include <string>

namespace atrium::shelly {

enum class OnFirstSight { Ask, Wait };

/// All Shelly devices of generation 2 and later. Thread: core.
class Gen2House {
public:
    static constexpr std::size_t maxDevices = 20'000;
    /// A device whose MAC address is not known is announced after this time all the same. Until then one that another
    /// convention speaks of too would become two.
    static constexpr std::chrono::seconds patience{2};

    Gen2House(std::shared_ptr<IntegrationPort> port, Mqtt& mqtt, Scheduler& scheduler, OnFirstSight onFirstSight)
        : port_(std::move(port)), mqtt_(mqtt), scheduler_(scheduler), onFirstSight_(onFirstSight)
    {}

    /// `PREFIX/online`, `PREFIX/status/COMPONENT`, `PREFIX/events/rpc`.
    void take(const MqttMessage& message);
    /// `atrium/rpc-PREFIX/rpc`: an answer.
    void takeAnswer(const MqttMessage& message);
    /// Whether a topic below `shellies/`, where generation 1 lives, is of a newer device that was renamed to there.
    bool isMine(std::string_view topic) const;
    bool knows(std::string_view prefix) const { return known_.contains(prefix); }
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    struct Known {
        Gen2Device device;
        Availability availability = Availability::NeverHeard;
        bool isAnnounced = false;
        UtcTime heardAt{};
        Subscription patience;
    };
    Known& meet(const std::string& prefix);
    void takeOnline(std::string prefix, const MqttMessage& message);
    void takeNotification(Known& known, const MqttMessage& message);
    void takeStatus(Known& known, const Object& components, UtcTime at);
    void takeEvents(Known& known, const List& events, UtcTime at);
    void ask(const std::string& prefix);
    void changed(Known& known);
    void announce(Known& known);

    const std::shared_ptr<IntegrationPort> port_;
    Mqtt& mqtt_;
    Scheduler& scheduler_;
    const OnFirstSight onFirstSight_;
    std::map<std::string, Known, std::less<>> known_;
};

} // namespace atrium::shelly
