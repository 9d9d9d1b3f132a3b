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

/// How one trigger stands, for people who ask why nothing happened.
struct TriggerState {
    std::uint32_t rule = 0;
    std::uint32_t trigger = 0; ///< position in RuleView::triggers
    DeviceId device;           ///< of triggers on an attribute; of a selection, the member
    AttributeWatch::State watch;
    SilenceWatch::State silence;
    bool isSilence = false;
    std::string last;        ///< topic of the last message
    UtcTime lastAt{};        ///< of the last message, event or call; epoch = none since the server started
    bool isRetained = false; ///< all messages so far were retained ones
    UtcTime next{};          ///< of a period
};

/// The index of triggers: an event finds the rules that wait for it, and only those, however many are loaded.
/// MQTT: one subscription a distinct filter (the broker room dispatches by a trie). Attributes: a hash map by device.
/// Time: the scheduler. Also tells which attribute values the script host must know. Thread: core.
class Dispatcher {
public:
    struct Handlers {
        std::function<void(RuleKey, Object event, const Cause&)> fire;
        /// A rule was not started for a reason that its author should see.
        std::function<void(RuleKey, const char* trigger, WhyNot)> skip;
        /// Before any fire of the same change.
        std::function<void(const MirrorUpdate&)> mirror;
        /// A schedule came round at `due`.
        std::function<void(RuleKey, Object event, const Cause&, UtcTime due)> fireAt;
        /// Instants of a schedule before `until` were missed.
        std::function<void(RuleKey, const char* kind, WhyNot, UtcTime until)> missed;
        /// Up to when the instants of a rule were decided before.
        std::function<UtcTime(RuleKey)> decided;
        /// Whether a rule may know of a device that it did not name.
        std::function<bool(RuleKey, const Device&)> sees;
        /// A hold or a quiet time of the trigger came to its end.
        std::function<void(RuleKey, Object event, const Cause&, const AttributeTrigger&)> fireHeld;
        /// One began, was put off, or (empty) ended otherwise.
        std::function<void(RuleKey, const AttributeTrigger&, const std::optional<PendingHold>&)> keepHold;
        /// What an earlier life of the trigger left; null = nothing.
        std::function<const PendingHold*(RuleKey, const AttributeTrigger&)> keptHold;
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
    /// Who waits for triggers beside the rules.
    struct Listener {
        std::function<void(Object event, const Cause&)> fire;
        /// A hold or a quiet time began, was put off, or (empty) ended otherwise than by `fire`.
        std::function<void(const AttributeTrigger&, const std::optional<PendingHold>&)> keepHold;
        /// What an earlier life of the trigger left; null = nothing. Called before watch() returns, and for devices
        /// that join a selection.
        std::function<const PendingHold*(const AttributeTrigger&)> keptHold;
    };
    /// Calls the listener for every event of the triggers until the subscription ends, which may be within `fire`.
    /// Error: InvalidArgument as add().
    /// `owner` is the rule whose run waits.
    Result<Subscription> watch(std::vector<Trigger> triggers, RuleKey owner, Listener listener);
    /// A value changed: of a device, or of the surroundings.
    void onChange(const AttributeChanged& change);
    /// Sorted by time, at most `limit`; of one instance when it is given.
    std::vector<Upcoming> upcoming(UtcTime until, std::size_t limit, std::optional<std::uint32_t> instance = {}) const
    {
        return schedules_.upcoming(until, limit, instance);
    }
    std::size_t mirroredAttributes() const;
    /// How the triggers of an instance stand, in no order; schedules are told by upcoming().
    std::vector<TriggerState> states(std::uint32_t instance) const;
    /// When the event was raised last; epoch = not since the server started. `similar`: another name that was.
    UtcTime lastRaised(const std::string& name, std::string* similar) const;
    void setTracing(Tracing tracing) { tracing_ = tracing; }

private:
    static constexpr std::uint32_t firstWatch = 0x8000'0000;

    /// One trigger of one rule.
    struct Place {
        RuleKey rule;
        std::uint32_t trigger = 0; ///< position in RuleView::triggers
    };
    struct TopicEntry {
        Place place;
        MqttTrigger trigger;
    };
    struct Topic {
        Subscription subscription;
        std::vector<std::shared_ptr<const TopicEntry>> entries;
        std::string lastTopic; ///< of the last message that was not retained
        UtcTime lastAt{};
        UtcTime lastRetainedAt{};
    };
    struct AttributeEntry {
        AttributeEntry(Place where, const AttributeTrigger& trigger, Scheduler& scheduler, const Clock& clock,
                       AttributeWatch::Handlers handlers)
            : place(where), watch(trigger, scheduler, clock, std::move(handlers))
        {}
        Place place;
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
        Place place;
        Subscription timer;
        SteadyTime began{};
        std::chrono::microseconds length{};
    };
    struct Silence {
        Place place;
        std::unique_ptr<SilenceWatch> watch;
        DeviceId device;
        std::uint32_t selection = 0;
    };
    struct Selected {
        Place place;
        SelectedTrigger trigger;
        std::uint32_t number = 0;
        std::set<DeviceId> members;
    };
    struct Hook {
        Place place;
        WebhookTrigger trigger;
        UtcTime lastAt{};
    };
    /// Where in the index an instance is: it leaves without a look at the others.
    struct Whereabouts {
        std::set<std::string> filters;
        std::set<std::pair<std::int64_t, std::string>> attributes; ///< that start it
        std::set<std::pair<std::int64_t, std::string>> mirrored;   ///< that its script reads
        std::set<std::string> events;
        std::set<std::string> hooks;
    };

    void fire(RuleKey rule, Object event, const Cause& cause);
    void skip(RuleKey rule, const char* trigger, WhyNot why);
    void keepHold(RuleKey rule, const AttributeTrigger& trigger, const std::optional<PendingHold>& hold);
    const PendingHold* keptHold(RuleKey rule, const AttributeTrigger& trigger) const;
    void addTrigger(Place place, const Trigger& trigger);
    void addTopic(Place place, const MqttTrigger& trigger);
    void addAttribute(Place place, const AttributeTrigger& trigger, std::uint32_t selection = 0);
    AttributeWatch::Handlers handlersOf(RuleKey rule, std::uint32_t selection);
    void addSilence(Place place, const SilenceTrigger& trigger, std::uint32_t selection = 0);
    void addPeriod(Place place, const EveryTrigger& trigger);
    void removeFrom(std::int64_t device, const std::function<bool(const AttributeEntry&)>& unwanted);
    /// Holds that were not known to last go on, or not.
    void confirmHolds(const Device& device);
    // ---- dispatcher_selections.cpp
    void addSelected(Place place, const SelectedTrigger& trigger);
    /// Lets a device join or leave a selection.
    void look(Selected& selected, const Device& device);
    void leave(Selected& selected, DeviceId device);
    void onDeviceChanged(const DeviceChanged& change);
    bool sees(RuleKey rule, DeviceId device) const;
    std::uint32_t ownerOf(RuleKey rule) const;
    AttributeIndex& indexOf(std::int64_t device, const std::string& attribute);
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
    // By instance.
    std::unordered_map<std::uint32_t, Whereabouts> whereabouts_;
    std::multimap<std::uint32_t, Period> periods_;
    std::multimap<std::uint32_t, Silence> silences_;
    std::multimap<std::uint32_t, std::uint32_t> startups_;
    std::multimap<std::uint32_t, std::uint32_t> shutdowns_;
    std::multimap<std::uint32_t, Selected> selected_;
    // By name.
    std::multimap<std::string, Place> events_;
    std::multimap<std::string, Hook> hooks_;
    std::map<std::string, UtcTime> raised_; ///< of events, whether a rule waits for them or not; bounded
    Tracing tracing_ = Tracing::On;
    std::uint32_t lastSelection_ = 0;
    Subscription lookAgain_;
    /// Watches take part in the index as instances with numbers from firstWatch on, of one rule each.
    struct Watch {
        RuleKey owner;
        Listener listener;
    };
    std::map<std::uint32_t, Watch> watches_;
    std::uint32_t lastWatch_ = firstWatch;
    Subscription changes_;
    Subscription availability_;
};

} // namespace atrium::automation
