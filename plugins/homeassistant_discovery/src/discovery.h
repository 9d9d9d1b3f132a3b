#pragma once

#include "entity_model.h"

#include "atrium/clock.h"
#include "atrium/mqtt.h"
#include "atrium/scheduler.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

namespace atrium::homeassistant_discovery {

/// The entities that config messages described, their subscriptions and what they say. Thread: core.
class Discovery {
public:
    /// Entities of a device come as single messages: it is announced when none has come for this long.
    static constexpr std::chrono::milliseconds gathering{15};

    Discovery(std::string prefix, std::shared_ptr<IntegrationPort> port, Mqtt& mqtt, Scheduler& scheduler,
              const Clock& clock)
        : prefix_(std::move(prefix)), port_(std::move(port)), mqtt_(mqtt), scheduler_(scheduler), clock_(clock)
    {}

    /// A message of `PREFIX/#`.
    void takeConfig(const MqttMessage& message);
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    struct Entity {
        EntityModel model;
        std::string owner;  ///< the config topic that it lives by
        std::string device; ///< key of its device
        bool migrates = false;
        bool expired = true;
        bool isFresh = true; ///< it has not been given what its topics said before it came
        Subscription expiry, offTimer;
    };
    using EntityPtr = std::shared_ptr<Entity>;
    struct Binding {
        std::weak_ptr<Entity> entity;
        std::size_t channel = 0;
    };
    struct Topic {
        std::vector<Binding> bindings;
        std::shared_ptr<const std::string> last; ///< for those who join later: the broker repeats itself only once
        Subscription subscription;
    };
    struct Device {
        DeviceAnnouncement said;
        std::vector<EntityPtr> entities;
        bool isWaiting = false;
    };

    void removeOwnedBy(const std::string& topic, const std::set<std::string>& keep);
    void add(const std::string& owner, EntityModel model);
    void drop(const std::string& id);
    void bind(const EntityPtr& entity);
    void unbind(const EntityPtr& entity);
    std::string deviceKeyOf(const DeviceAnnouncement& said);
    void announceSoon(const std::string& device);
    void announceWaiting();
    void announceNow(const std::string& device);

    void giveWhatWasSaid(const EntityPtr& entity);
    void take(const std::string& filter, const MqttMessage& message);
    void apply(const EntityPtr& entity, Channel& channel, const std::string& text, const MqttMessage& message);
    void applyState(const EntityPtr& entity, const Channel& channel, const std::string& text,
                    const MqttMessage& message);
    void applyEvent(const EntityPtr& entity, const std::string& text, const MqttMessage& message);
    void updateAvailability(const EntityPtr& entity);
    void note(std::string_view reason);

    const std::string prefix_;
    const std::shared_ptr<IntegrationPort> port_;
    Mqtt& mqtt_;
    Scheduler& scheduler_;
    const Clock& clock_;
    TemplateCache templates_;
    std::unordered_map<std::string, EntityPtr> entities_;          ///< by EntityConfig::identity()
    std::unordered_map<std::string, std::set<std::string>> owned_; ///< ids of entities by config topic
    std::unordered_map<std::string, std::size_t> lastConfig_;      ///< hash of the last config by topic
    std::map<std::string, Device> devices_;
    std::unordered_map<std::string, std::string> deviceByIdentity_;
    std::unordered_map<std::string, Topic> topics_;
    std::optional<std::string> refusal_; ///< why the message in hand does not count, for the first who said so
    std::vector<std::string> waiting_;
    Subscription waitingTimer_;
};

} // namespace atrium::homeassistant_discovery
