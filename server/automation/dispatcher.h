#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/mqtt.h"
#include "atrium/scheduler.h"
#include "automation/attribute_watch.h"
#include "automation/messages.h"
#include "automation/schedule_board.h"
#include "automation/surroundings.h"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

namespace atrium::automation {

/// The index of triggers: an event finds the rules that wait for it, and only those, however many are loaded.
/// MQTT: one subscription a distinct filter (the broker room dispatches by a trie). Attributes: a hash map by device.
/// Time: the scheduler. Also tells which attribute values the script host must know. Thread: core.
class Dispatcher {
public:
    struct Handlers {
        std::function<void(RuleKey, Object event, const Cause&)> fire;
        /// A rule was not started for a reason that its author should see.
        std::function<void(RuleKey, const char* trigger, const std::string& reason)> skip;
        /// Before any fire of the same change.
        std::function<void(const MirrorUpdate&)> mirror;
        /// A schedule came round at `due`.
        std::function<void(RuleKey, Object event, const Cause&, UtcTime due)> fireAt;
        /// Instants of a schedule before `until` were missed.
        std::function<void(RuleKey, const char* kind, const std::string& reason, UtcTime until)> missed;
        /// Up to when the instants of a rule were decided before.
        std::function<UtcTime(RuleKey)> decided;
        /// Whether a rule may know of a device that it did not name.
        std::function<bool(RuleKey, const Device&)> sees;
    };

    Dispatcher(Devices& devices, Mqtt& mqtt, Scheduler& scheduler, const Clock& clock, const Surroundings& surroundings,
               Handlers handlers);

    /// Error: InvalidArgument (an unknown time zone); then nothing of the instance is indexed.
    Result<void> add(std::uint32_t instance, const std::vector<RuleView>& rules);
    /// Forgets the triggers of an instance. May be called from `fire`.
    void remove(std::uint32_t instance);
    void addMirror(std::uint32_t instance, const MirrorWish& wish);
    void removeMirror(std::uint32_t instance);
    /// Fires the startup triggers of an instance.
    void startup(std::uint32_t instance);
    /// Fires the shutdown triggers of all.
    void shutdown();
    /// Fires the rules that wait for a call of the hook; `event` is what is known of it. How many there are.
    std::size_t hook(std::uint32_t instance, const std::string& name, const std::string& method, const Object& event,
                     const Cause& cause);
    /// The triggers of an instance on a hook, those of wait_for included.
    std::vector<WebhookTrigger> hooks(std::uint32_t instance, const std::string& name) const;
    void raise(const std::string& name, Object data, const Cause& cause);
    /// Calls `fire` for every event of the triggers until the subscription ends, which may be within `fire`.
    /// Error: InvalidArgument as add().
    /// `owner` is the rule whose run waits.
    Result<Subscription> watch(std::vector<Trigger> triggers, RuleKey owner,
                               std::function<void(Object event, const Cause&)> fire);
    /// A value changed: of a device, or of the surroundings.
    void onChange(const AttributeChanged& change);
    /// Sorted by time, at most `limit`; of one instance when it is given.
    std::vector<Upcoming> upcoming(UtcTime until, std::size_t limit, std::optional<std::uint32_t> instance = {}) const
    {
        return schedules_.upcoming(until, limit, instance);
    }
    std::size_t mirroredAttributes() const;

private:
    static constexpr std::uint32_t firstWatch = 0x8000'0000;

    struct TopicEntry {
        RuleKey rule;
        MqttTrigger trigger;
    };
    struct Topic {
        Subscription subscription;
        std::vector<std::shared_ptr<const TopicEntry>> entries;
    };
    struct AttributeEntry {
        AttributeEntry(RuleKey key, const AttributeTrigger& trigger, Scheduler& scheduler,
                       AttributeWatch::Handlers handlers)
            : rule(key), watch(trigger, scheduler, std::move(handlers))
        {}
        RuleKey rule;
        AttributeWatch watch;
        std::uint32_t selection = 0; ///< that it is a member of; 0 = the rule names the device
        bool removed = false;
    };
    struct AttributeIndex {
        std::string name;
        std::vector<std::shared_ptr<AttributeEntry>> entries;
        std::set<std::uint32_t> mirroredFor; ///< instances
    };
    struct Period {
        RuleKey rule;
        Subscription timer;
    };
    struct Silence {
        RuleKey rule;
        std::unique_ptr<SilenceWatch> watch;
        DeviceId device;
        std::uint32_t selection = 0;
    };
    struct Selected {
        RuleKey rule;
        SelectedTrigger trigger;
        std::uint32_t number = 0;
        std::set<DeviceId> members;
    };
    struct Hook {
        RuleKey rule;
        WebhookTrigger trigger;
    };

    void fire(RuleKey rule, Object event, const Cause& cause);
    void skip(RuleKey rule, const char* trigger, const std::string& reason);
    void addTopic(RuleKey rule, const MqttTrigger& trigger);
    void addAttribute(RuleKey rule, const AttributeTrigger& trigger, std::uint32_t selection = 0);
    void addSilence(RuleKey rule, const SilenceTrigger& trigger, std::uint32_t selection = 0);
    // ---- dispatcher_selections.cpp
    void addSelected(RuleKey rule, const SelectedTrigger& trigger);
    /// Lets a device join or leave a selection.
    void look(Selected& selected, const Device& device);
    void leave(Selected& selected, DeviceId device);
    void onDeviceChanged(const DeviceChanged& change);
    bool sees(RuleKey rule, DeviceId device) const;
    std::uint32_t ownerOf(RuleKey rule) const;
    AttributeIndex& indexOf(std::int64_t device, const std::string& attribute);
    void dropEmpty(std::int64_t device);
    void onMessage(const std::string& filter, const MqttMessage& message);
    Object eventOf(const char* kind) const;
    Object eventOf(const Device& device, const std::string& attribute, const Value& before, const Value& now) const;

    Devices& devices_;
    Mqtt& mqtt_;
    Scheduler& scheduler_;
    const Clock& clock_;
    const Surroundings& surroundings_;
    Handlers handlers_;

    std::map<std::string, Topic> topics_;
    std::unordered_map<std::int64_t, std::vector<AttributeIndex>> attributes_;
    ScheduleBoard schedules_;
    std::list<Period> periods_;
    std::list<Silence> silences_;
    std::multimap<std::string, RuleKey> events_;
    std::multimap<std::uint32_t, std::uint32_t> startups_;
    std::vector<RuleKey> shutdowns_;
    std::multimap<std::string, Hook> hooks_;
    std::list<Selected> selected_;
    std::uint32_t lastSelection_ = 0;
    Subscription lookAgain_;
    /// Watches take part in the index as instances with numbers from firstWatch on, of one rule each.
    struct Watch {
        RuleKey owner;
        std::function<void(Object event, const Cause&)> fire;
    };
    std::map<std::uint32_t, Watch> watches_;
    std::uint32_t lastWatch_ = firstWatch;
    Subscription changes_;
    Subscription availability_;
};

} // namespace atrium::automation
