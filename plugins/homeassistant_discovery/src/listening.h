#pragma once

#include "announced_device.h"

#include "atrium/clock.h"
#include "atrium/mqtt.h"
#include "atrium/scheduler.h"

#include <functional>
#include <optional>
#include <unordered_map>

namespace atrium::homeassistant_discovery {

/// The topics that devices listen to, and what their messages say of the entities. Devices stay where they are in
/// memory while they listen. Thread: core.
class Listening {
public:
    /// `beforeSpeaking` is called with a device before a message of its topics is read; it may move its entities.
    Listening(std::shared_ptr<IntegrationPort> port, Mqtt& mqtt, Scheduler& scheduler, const Clock& clock,
              std::function<void(AnnouncedDevice&)> beforeSpeaking)
        : port_(std::move(port)), mqtt_(mqtt), scheduler_(scheduler), clock_(clock),
          beforeSpeaking_(std::move(beforeSpeaking))
    {}

    /// `topics` of an entity of the device.
    void join(AnnouncedDevice& device, const EntityShape& shape, const Topics& topics);
    /// Leaves those of `topics` that no entity of the device listens to any more.
    void leave(AnnouncedDevice& device, const Topics& topics);
    /// What the topics said before the entity was there: the broker repeats itself only once.
    void giveWhatWasSaid(AnnouncedDevice& device, Entity& entity);
    void updateAvailability(const AnnouncedDevice& device, const Entity& entity);
    /// Hears nothing more. Thread: any.
    void stop() { topics_.clear(); }

private:
    struct Topic {
        std::vector<AnnouncedDevice*> devices;
        std::optional<std::string> last;
        Subscription subscription;
    };

    void take(const SharedText& filter, const MqttMessage& message);
    void apply(AnnouncedDevice& device, Entity& entity, const Channel& channel, const std::string& text,
               const MqttMessage& message);
    void applyState(AnnouncedDevice& device, Entity& entity, const Channel& channel, const std::string& text,
                    const MqttMessage& message);
    void applyEvent(const AnnouncedDevice& device, const Entity& entity, const std::string& text,
                    const MqttMessage& message);
    void applyTrigger(const AnnouncedDevice& device, const Entity& entity, const std::string& text,
                      const MqttMessage& message);
    void applyAvailability(const AnnouncedDevice& device, Entity& entity, const Channel& channel,
                           const std::string& text);
    /// Bytes of a camera are no text. False when nobody shows them.
    bool takePicture(const Topic& topic, const SharedText& filter, const MqttMessage& message);
    void note(std::string_view reason);

    const std::shared_ptr<IntegrationPort> port_;
    Mqtt& mqtt_;
    Scheduler& scheduler_;
    const Clock& clock_;
    const std::function<void(AnnouncedDevice&)> beforeSpeaking_;
    std::unordered_map<SharedText, Topic, std::hash<SharedText>, std::equal_to<>> topics_;
    std::optional<std::string> refusal_; ///< why the message in hand does not count, for the first who said so
};

} // namespace atrium::homeassistant_discovery
