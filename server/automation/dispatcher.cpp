#include "automation/dispatcher.h"

#include "automation/reasons.h"

#include <algorithm>

namespace atrium::automation {

// What is in the index, and how it comes and goes.

Dispatcher::Dispatcher(Devices& devices, Mqtt& mqtt, Scheduler& scheduler, const Clock& clock,
                       const Surroundings& surroundings, Handlers handlers)
    : devices_(devices), mqtt_(mqtt), scheduler_(scheduler), clock_(clock), surroundings_(surroundings),
      handlers_(std::move(handlers)), schedules_(scheduler, clock,
                                                 {[this](RuleKey key, Object event, UtcTime due) {
                                                      const Cause cause{newCorrelationId(), "time", 0};
                                                      if (key.instance >= firstWatch)
                                                          return fire(key, std::move(event), cause);
                                                      handlers_.fireAt(key, std::move(event), cause, due);
                                                  },
                                                  [this](RuleKey key, const char* kind, WhyNot why, UtcTime until) {
                                                      if (key.instance < firstWatch)
                                                          handlers_.missed(key, kind, std::move(why), until);
                                                  }})
{
    changes_ = devices_.onAttributeChanged([this](const AttributeChanged& change) { onChange(change); });
    availability_ = devices_.onDeviceChanged([this](const DeviceChanged& change) {
        if (!selected_.empty()) onDeviceChanged(change);
        if (!change.before || !change.after || change.before->online == change.after->online) return;
        // What comes and goes is watched like any other value: device "gw".online.
        const Attribute online = onlineOf(*change.after);
        onChange({*change.after, online, change.before->online, Cause{newCorrelationId(), "device", 0}});
        if (change.after->online) confirmHolds(*change.after);
    });
}

Result<Subscription> Dispatcher::watch(std::vector<Trigger> triggers, RuleKey owner, Listener listener)
{
    if (++lastWatch_ < firstWatch) lastWatch_ = firstWatch;
    const auto id = lastWatch_;
    RuleView view;
    view.triggers = std::move(triggers);
    watches_[id] = {owner, std::move(listener)};
    if (auto added = add(id, {std::move(view)}); !added) {
        watches_.erase(id);
        return added.error();
    }
    return Subscription([this, id] {
        watches_.erase(id);
        remove(id);
    });
}

Result<void> Dispatcher::add(std::uint32_t instance, const std::vector<RuleView>& rules)
{
    std::map<RuleKey, std::vector<LocalSchedule>> schedules;
    for (std::uint32_t rule = 0; rule < rules.size(); ++rule)
        for (const auto& trigger : rules[rule].triggers)
            if (const auto* when = std::get_if<ScheduleTrigger>(&trigger)) {
                auto schedule = LocalSchedule::make(*when, surroundings_.site());
                if (!schedule) return schedule.error();
                schedules[{instance, rule}].push_back(std::move(*schedule));
            }
    for (std::uint32_t rule = 0; rule < rules.size(); ++rule)
        for (std::uint32_t trigger = 0; trigger < rules[rule].triggers.size(); ++trigger)
            addTrigger({{instance, rule}, trigger}, rules[rule].triggers[trigger]);
    for (auto& [key, ofRule] : schedules)
        schedules_.add(key, std::move(ofRule), instance < firstWatch ? handlers_.decided(key) : clock_.now());
    return {};
}

void Dispatcher::addTrigger(Place place, const Trigger& trigger)
{
    const auto instance = place.rule.instance;
    if (const auto* mqtt = std::get_if<MqttTrigger>(&trigger)) addTopic(place, *mqtt);
    else if (const auto* attribute = std::get_if<AttributeTrigger>(&trigger)) addAttribute(place, *attribute);
    else if (const auto* silence = std::get_if<SilenceTrigger>(&trigger)) addSilence(place, *silence);
    else if (const auto* every = std::get_if<EveryTrigger>(&trigger)) addPeriod(place, *every);
    else if (const auto* event = std::get_if<EventTrigger>(&trigger)) {
        events_.emplace(event->name, place);
        whereabouts_[instance].events.insert(event->name);
    }
    else if (std::holds_alternative<StartupTrigger>(trigger)) startups_.emplace(instance, place.rule.rule);
    else if (std::holds_alternative<ShutdownTrigger>(trigger)) shutdowns_.emplace(instance, place.rule.rule);
    else if (const auto* hook = std::get_if<WebhookTrigger>(&trigger)) {
        hooks_.emplace(hook->name, Hook{place, *hook});
        whereabouts_[instance].hooks.insert(hook->name);
    }
    else if (const auto* selected = std::get_if<SelectedTrigger>(&trigger)) addSelected(place, *selected);
}

void Dispatcher::addTopic(Place place, const MqttTrigger& trigger)
{
    auto& topic = topics_[trigger.filter];
    topic.entries.push_back(std::make_shared<const TopicEntry>(TopicEntry{place, trigger}));
    whereabouts_[place.rule.instance].filters.insert(trigger.filter);
    if (!topic.subscription)
        topic.subscription =
            mqtt_.subscribe(trigger.filter, [this, filter = trigger.filter](const MqttMessage& message) {
                onMessage(filter, message);
            });
}

void Dispatcher::addPeriod(Place place, const EveryTrigger& trigger)
{
    const std::chrono::microseconds length(trigger.period);
    auto timer = scheduler_.every(length, [this, rule = place.rule] {
        fire(rule, eventOf("every"), Cause{newCorrelationId(), "time", 0});
    });
    periods_.emplace(place.rule.instance, Period{place, std::move(timer), clock_.steadyNow(), length});
}

AttributeWatch::Handlers Dispatcher::handlersOf(RuleKey rule, std::uint32_t selection)
{
    const auto fireNow = [this, rule, selection](const AttributeTrigger& trigger, Object event, const Cause& cause,
                                                 AttributeWatch::Delay delay) {
        const bool isWatch = rule.instance >= firstWatch;
        if (selection != 0 && !sees(rule, DeviceId{trigger.device})) {
            if (delay == AttributeWatch::Delay::Held) keepHold(rule, trigger, {});
            return;
        }
        if (isWatch || delay == AttributeWatch::Delay::None) return fire(rule, std::move(event), cause);
        handlers_.fireHeld(rule, std::move(event), cause, trigger);
    };
    return {fireNow, [this, rule](WhyNot why) { skip(rule, "attribute", std::move(why)); },
            [this, rule](const AttributeTrigger& trigger, const std::optional<PendingHold>& hold) {
                keepHold(rule, trigger, hold);
            }};
}

void Dispatcher::keepHold(RuleKey rule, const AttributeTrigger& trigger, const std::optional<PendingHold>& hold)
{
    if (rule.instance < firstWatch) return handlers_.keepHold(rule, trigger, hold);
    if (const auto watch = watches_.find(rule.instance); watch != watches_.end())
        watch->second.listener.keepHold(trigger, hold);
}

const PendingHold* Dispatcher::keptHold(RuleKey rule, const AttributeTrigger& trigger) const
{
    if (rule.instance < firstWatch) return handlers_.keptHold(rule, trigger);
    const auto watch = watches_.find(rule.instance);
    return watch == watches_.end() ? nullptr : watch->second.listener.keptHold(trigger);
}

void Dispatcher::addAttribute(Place place, const AttributeTrigger& trigger, std::uint32_t selection)
{
    auto entry =
        std::make_shared<AttributeEntry>(place, trigger, scheduler_, clock_, handlersOf(place.rule, selection));
    entry->selection = selection;
    const auto* kept = keptHold(place.rule, trigger);
    if (const auto device = surroundings_.find(DeviceId{trigger.device}, devices_)) {
        const auto begin = [&](const Attribute& attribute, bool isKnown) {
            entry->watch.begin(attribute, eventOf(*device, trigger.attribute, {}, attribute.value),
                               isKnown ? AttributeWatch::Knowledge::Known : AttributeWatch::Knowledge::Unknown, kept);
        };
        if (const auto* attribute = device->find(trigger.attribute))
            begin(*attribute, device->online && !attribute->value.isNull());
        else if (trigger.attribute == onlineAttribute)
            begin(onlineOf(*device), device->availability != Availability::NeverHeard);
    }
    whereabouts_[place.rule.instance].attributes.emplace(trigger.device, trigger.attribute);
    indexOf(trigger.device, trigger.attribute).entries.push_back(std::move(entry));
}

void Dispatcher::addSilence(Place place, const SilenceTrigger& trigger, std::uint32_t selection)
{
    const auto tell = [this, rule = place.rule, trigger, selection](UtcTime lastReport) {
        const auto device = devices_.find(DeviceId{trigger.device});
        if (!device || (selection != 0 && !sees(rule, device->info->id))) return;
        const auto value = device->value(trigger.attribute);
        auto event = eventOf(*device, trigger.attribute, value, value);
        event.set("kind", "silent");
        if (lastReport != UtcTime{}) event.set("last", static_cast<double>(toMicroseconds(lastReport)) / 1e6);
        fire(rule, std::move(event), Cause{newCorrelationId(), "time", 0});
    };
    silences_.emplace(place.rule.instance,
                      Silence{place, std::make_unique<SilenceWatch>(trigger, devices_, scheduler_, clock_, tell),
                              DeviceId{trigger.device}, selection});
}

Dispatcher::AttributeIndex& Dispatcher::indexOf(std::int64_t device, const std::string& attribute)
{
    auto& indices = attributes_[device];
    for (auto& index : indices)
        if (index.name == attribute) return index;
    return indices.emplace_back(AttributeIndex{attribute, {}, {}});
}

void Dispatcher::addMirror(std::uint32_t instance, const MirrorWish& wish)
{
    auto& mirrored = whereabouts_[instance].mirrored;
    for (const auto& attribute : wish.attributes)
        if (mirrored.emplace(wish.device, attribute).second)
            indexOf(wish.device, attribute).mirroredFor.insert(instance);
}

void Dispatcher::removeMirror(std::uint32_t instance)
{
    const auto found = whereabouts_.find(instance);
    if (found == whereabouts_.end()) return;
    for (const auto& [device, name] : std::exchange(found->second.mirrored, {})) {
        const auto indices = attributes_.find(device);
        if (indices == attributes_.end()) continue;
        for (auto& index : indices->second)
            if (index.name == name) index.mirroredFor.erase(instance);
        std::erase_if(indices->second,
                      [](const auto& index) { return index.entries.empty() && index.mirroredFor.empty(); });
        if (indices->second.empty()) attributes_.erase(indices);
    }
}

void Dispatcher::removeFrom(std::int64_t device, const std::function<bool(const AttributeEntry&)>& unwanted)
{
    const auto indices = attributes_.find(device);
    if (indices == attributes_.end()) return;
    for (auto& index : indices->second)
        std::erase_if(index.entries, [&](const auto& entry) {
            if (unwanted(*entry)) entry->removed = true;
            return entry->removed;
        });
}

void Dispatcher::remove(std::uint32_t instance)
{
    const auto ofInstance = [&](const Place& place) { return place.rule.instance == instance; };
    schedules_.remove(instance);
    periods_.erase(instance);
    silences_.erase(instance);
    startups_.erase(instance);
    shutdowns_.erase(instance);
    selected_.erase(instance);
    const auto found = whereabouts_.find(instance);
    if (found == whereabouts_.end()) return;
    auto left = std::move(found->second);
    found->second = {};
    found->second.mirrored = std::move(left.mirrored);
    if (found->second.mirrored.empty()) whereabouts_.erase(found);
    for (const auto& filter : left.filters) {
        const auto topic = topics_.find(filter);
        if (topic == topics_.end()) continue;
        std::erase_if(topic->second.entries, [&](const auto& entry) { return ofInstance(entry->place); });
        if (topic->second.entries.empty()) topics_.erase(topic);
    }
    std::set<std::int64_t> devices;
    for (const auto& [device, name] : left.attributes) devices.insert(device);
    for (const auto device : devices)
        removeFrom(device, [&](const AttributeEntry& entry) { return ofInstance(entry.place); });
    const auto leave = [&](auto& index, const std::set<std::string>& names, const auto& placeOf) {
        for (const auto& name : names) {
            const auto [first, last] = index.equal_range(name);
            for (auto entry = first; entry != last;)
                entry = ofInstance(placeOf(entry->second)) ? index.erase(entry) : std::next(entry);
        }
    };
    leave(events_, left.events, [](const Place& place) { return place; });
    leave(hooks_, left.hooks, [](const Hook& hook) { return hook.place; });
}

std::size_t Dispatcher::mirroredAttributes() const
{
    std::size_t count = 0;
    for (const auto& [device, indices] : attributes_)
        for (const auto& index : indices)
            if (!index.mirroredFor.empty()) ++count;
    return count;
}

} // namespace atrium::automation
