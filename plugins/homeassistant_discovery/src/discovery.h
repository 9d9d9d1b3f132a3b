#pragma once

#include "entity_index.h"
#include "listening.h"

#include <map>
#include <string>
#include <unordered_map>

namespace atrium::homeassistant_discovery {

/// The entities that config messages described, gathered to devices and announced. Thread: core.
class Discovery {
public:
    /// Entities of a device come as single messages: it is announced when none has come for this long.
    static constexpr std::chrono::milliseconds gathering{15};

    Discovery(std::string prefix, std::shared_ptr<IntegrationPort> port, Mqtt& mqtt, Scheduler& scheduler,
              const Clock& clock);
    ~Discovery();

    /// A message of `PREFIX/#`.
    void takeConfig(const MqttMessage& message);
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    /// A config topic and what lives by it.
    struct Source {
        std::size_t lastConfig = 0;            ///< hash of its last message; 0 = it did not count as a whole
        std::vector<AnnouncedDevice*> devices; ///< in which entities may live by it
    };
    using Sources = std::unordered_map<SharedText, Source, std::hash<SharedText>, std::equal_to<>>;

    void handOver(const SharedText& topic, const Source& source);
    /// Removes the entities of a source that `keeps` says no to.
    void reduce(const SharedText& topic, const std::function<bool(const SharedText&)>& keeps);
    void add(const SharedText& owner, DescribedEntity described, const DeviceAnnouncement& said);
    void drop(const SharedText& id);
    /// After an entity left it.
    void announceOrDrop(AnnouncedDevice& device);
    AnnouncedDevice& deviceFor(const DeviceAnnouncement& said);
    void announceSoon(AnnouncedDevice& device);
    void announceWaiting();
    void announceNow(AnnouncedDevice& device);

    const std::string prefix_;
    const std::shared_ptr<IntegrationPort> port_;
    Scheduler& scheduler_;
    const Clock& clock_;
    ShapeCache shapes_;
    Sources sources_;
    std::map<std::string, AnnouncedDevice, std::less<>> devices_;  ///< by key
    std::unordered_map<std::string, AnnouncedDevice*> byIdentity_; ///< identifiers and addresses of devices
    EntityIndex byEntity_;
    std::vector<std::string> waiting_; ///< keys
    Subscription waitingTimer_;
    Listening listening_;
};

} // namespace atrium::homeassistant_discovery
