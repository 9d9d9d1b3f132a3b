#pragma once

#include "gen1_topics.h"

#include "atrium/mqtt.h"
#include "atrium/scheduler.h"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace atrium::shelly {

/// All Shelly devices of generation 1, by `shellies/#`. A device that announces itself by Home Assistant's convention
/// too, with the public script, is left to that. Thread: core.
class Gen1House {
public:
    static constexpr std::size_t maxDevices = 20'000;
    static constexpr std::size_t maxEntities = 60;
    /// Its topics come one by one: it is announced when they had this long to come.
    static constexpr std::chrono::seconds gathering{2};

    Gen1House(std::shared_ptr<IntegrationPort> port, Scheduler& scheduler)
        : port_(std::move(port)), scheduler_(scheduler)
    {}

    void take(const MqttMessage& message);
    bool knows(std::string_view id) const { return known_.contains(id); }
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    struct Known {
        std::string model, mac, firmware, address;
        std::map<std::string, AnnouncedEntity> entities; ///< by Gen1Message::entity
        std::map<std::string, Reading> before;           ///< what came before it was announced
        std::map<std::string, std::int64_t> eventCounts;
        Availability availability = Availability::Available;
        bool sleeps = false;
        bool isAnnounced = false;
        Subscription timer;
    };
    void takeAnnouncement(const MqttMessage& message);
    void takeOnline(const std::string& id, Known& known, std::string_view payload);
    bool isNewEvent(Known& known, const std::string& entity, std::string_view payload);
    bool isSpokenFor(const Known& known) const;
    void announceSoon(const std::string& id, Known& known);
    void announce(const std::string& id, Known& known);

    const std::shared_ptr<IntegrationPort> port_;
    Scheduler& scheduler_;
    std::map<std::string, Known, std::less<>> known_;
    UtcTime heardAt_{}; ///< of the message in hand or the last one
};

} // namespace atrium::shelly
