#include "automation/dispatcher.h"

#include "atrium/json.h"

#include <algorithm>

namespace atrium::automation {

namespace {

constexpr std::size_t maxPayloadBytes = 256 * 1024;

/// The captured levels by name, and `rest` for what a final `#` stands for.
Object capturesOf(const MqttTrigger& trigger, std::string_view topic)
{
    Object captures;
    const bool open = trigger.filter.ends_with('#');
    std::uint32_t level = 0;
    const auto levels = static_cast<std::uint32_t>(std::count(trigger.filter.begin(), trigger.filter.end(), '/'));
    for (std::size_t start = 0; start <= topic.size(); ++level) {
        const auto slash = std::min(topic.find('/', start), topic.size());
        for (const auto& capture : trigger.captures)
            if (capture.level == level) captures.append(capture.name, topic.substr(start, slash - start));
        if (open && level == levels) {
            captures.set("rest", topic.substr(start));
            break;
        }
        start = slash + 1;
    }
    return captures;
}

} // namespace

Dispatcher::Dispatcher(Devices& devices, Mqtt& mqtt, Scheduler& scheduler, const Clock& clock,
                       const Surroundings& surroundings, Handlers handlers)
    : devices_(devices), mqtt_(mqtt), scheduler_(scheduler), clock_(clock), surroundings_(surroundings),
      handlers_(std::move(handlers)),
      schedules_(scheduler, clock,
                 {[this](RuleKey key, Object event, UtcTime due) {
                      const Cause cause{newCorrelationId(), "time", 0};
                      if (key.instance >= firstWatch) return fire(key, std::move(event), cause);
                      handlers_.fireAt(key, std::move(event), cause, due);
                  },
                  [this](RuleKey key, const char* kind, const std::string& reason, UtcTime until) {
                      if (key.instance < firstWatch) handlers_.missed(key, kind, reason, until);
                  }})
{
    changes_ = devices_.onAttributeChanged([this](const AttributeChanged& change) { onChange(change); });
    availability_ = devices_.onDeviceChanged([this](const DeviceChanged& change) {
        if (!selected_.empty()) onDeviceChanged(change);
        if (!change.before || !change.after || change.before->online == change.after->online) return;
        // What comes and goes is watched like any other value: device "gw".online.
        const Attribute online = onlineOf(*change.after);
        onChange({*change.after, online, change.before->online, Cause{newCorrelationId(), "device", 0}});
    });
}

Object Dispatcher::eventOf(const char* kind) const
{
    // Seconds, because that is what people calculate with; microseconds would be lost in a Lua number anyway.
    return Object{{"kind", kind}, {"at", static_cast<double>(toMicroseconds(clock_.now())) / 1e6}};
}

Object Dispatcher::eventOf(const Device& device, const std::string& attribute, const Value& before,
                           const Value& now) const
{
    auto event = eventOf("attribute");
    event.append("device", device.info->id.value);
    event.append("id", device.info->uid + "." + attribute);
    event.append("attribute", attribute);
    event.append("old", before);
    event.append("new", now);
    return event;
}

void Dispatcher::fire(RuleKey rule, Object event, const Cause& cause)
{
    if (rule.instance < firstWatch) return handlers_.fire(rule, std::move(event), cause);
    const auto found = watches_.find(rule.instance);
    if (found == watches_.end()) return;
    const auto handler = found->second.fire; // which may end the watch
    handler(std::move(event), cause);
}

void Dispatcher::skip(RuleKey rule, const char* trigger, const std::string& reason)
{
    if (rule.instance < firstWatch) handlers_.skip(rule, trigger, reason);
}

Result<Subscription> Dispatcher::watch(std::vector<Trigger> triggers, RuleKey owner,
                                       std::function<void(Object event, const Cause&)> fire)
{
    if (++lastWatch_ < firstWatch) lastWatch_ = firstWatch;
    const auto id = lastWatch_;
    RuleView view;
    view.triggers = std::move(triggers);
    watches_[id] = {owner, std::move(fire)};
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
    for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
        const RuleKey key{instance, rule};
        for (const auto& trigger : rules[rule].triggers) {
            if (const auto* mqtt = std::get_if<MqttTrigger>(&trigger)) addTopic(key, *mqtt);
            else if (const auto* attribute = std::get_if<AttributeTrigger>(&trigger)) addAttribute(key, *attribute);
            else if (const auto* silence = std::get_if<SilenceTrigger>(&trigger)) addSilence(key, *silence);
            else if (const auto* every = std::get_if<EveryTrigger>(&trigger)) {
                auto timer = scheduler_.every(std::chrono::microseconds(every->period), [this, key] {
                    fire(key, eventOf("every"), Cause{newCorrelationId(), "time", 0});
                });
                periods_.push_back({key, std::move(timer)});
            }
            else if (const auto* event = std::get_if<EventTrigger>(&trigger)) events_.emplace(event->name, key);
            else if (std::holds_alternative<StartupTrigger>(trigger)) startups_.emplace(instance, rule);
            else if (std::holds_alternative<ShutdownTrigger>(trigger)) shutdowns_.push_back(key);
            else if (const auto* hook = std::get_if<WebhookTrigger>(&trigger))
                hooks_.emplace(hook->name, Hook{key, *hook});
            else if (const auto* selected = std::get_if<SelectedTrigger>(&trigger)) addSelected(key, *selected);
        }
    }
    for (auto& [key, ofRule] : schedules)
        schedules_.add(key, std::move(ofRule), instance < firstWatch ? handlers_.decided(key) : clock_.now());
    return {};
}

void Dispatcher::addTopic(RuleKey rule, const MqttTrigger& trigger)
{
    auto& topic = topics_[trigger.filter];
    topic.entries.push_back(std::make_shared<const TopicEntry>(TopicEntry{rule, trigger}));
    if (!topic.subscription)
        topic.subscription =
            mqtt_.subscribe(trigger.filter, [this, filter = trigger.filter](const MqttMessage& message) {
                onMessage(filter, message);
            });
}

void Dispatcher::addAttribute(RuleKey rule, const AttributeTrigger& trigger, std::uint32_t selection)
{
    AttributeWatch::Handlers handlers{
        [this, rule, selection, device = DeviceId{trigger.device}](Object event, const Cause& cause) {
            if (selection == 0 || sees(rule, device)) fire(rule, std::move(event), cause);
        },
        [this, rule](const std::string& reason) { skip(rule, "attribute", reason); }};
    auto entry = std::make_shared<AttributeEntry>(rule, trigger, scheduler_, std::move(handlers));
    entry->selection = selection;
    const auto surrounding = surroundings_.find(DeviceId{trigger.device});
    if (const auto device = surrounding ? surrounding : devices_.find(DeviceId{trigger.device})) {
        const auto begin = [&](const Attribute& attribute) {
            entry->watch.begin(attribute, eventOf(*device, trigger.attribute, {}, attribute.value), clock_.now());
        };
        if (const auto* attribute = device->find(trigger.attribute)) begin(*attribute);
        else if (trigger.attribute == onlineAttribute) begin(onlineOf(*device));
    }
    indexOf(trigger.device, trigger.attribute).entries.push_back(std::move(entry));
}

void Dispatcher::addSilence(RuleKey rule, const SilenceTrigger& trigger, std::uint32_t selection)
{
    const auto tell = [this, rule, trigger, selection](UtcTime lastReport) {
        const auto device = devices_.find(DeviceId{trigger.device});
        if (!device || (selection != 0 && !sees(rule, device->info->id))) return;
        const auto value = device->value(trigger.attribute);
        auto event = eventOf(*device, trigger.attribute, value, value);
        event.set("kind", "silent");
        if (lastReport != UtcTime{}) event.set("last", static_cast<double>(toMicroseconds(lastReport)) / 1e6);
        fire(rule, std::move(event), Cause{newCorrelationId(), "time", 0});
    };
    silences_.push_back({rule, std::make_unique<SilenceWatch>(trigger, devices_, scheduler_, clock_, tell),
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
    for (const auto& attribute : wish.attributes) indexOf(wish.device, attribute).mirroredFor.insert(instance);
}

void Dispatcher::removeMirror(std::uint32_t instance)
{
    for (auto device = attributes_.begin(); device != attributes_.end();) {
        for (auto& index : device->second) index.mirroredFor.erase(instance);
        std::erase_if(device->second,
                      [](const auto& index) { return index.entries.empty() && index.mirroredFor.empty(); });
        device = device->second.empty() ? attributes_.erase(device) : std::next(device);
    }
}

void Dispatcher::remove(std::uint32_t instance)
{
    const auto ofInstance = [&](const auto& entry) { return entry.rule.instance == instance; };
    for (auto topic = topics_.begin(); topic != topics_.end();) {
        std::erase_if(topic->second.entries, [&](const auto& entry) { return ofInstance(*entry); });
        topic = topic->second.entries.empty() ? topics_.erase(topic) : std::next(topic);
    }
    for (auto& [device, indices] : attributes_)
        for (auto& index : indices)
            std::erase_if(index.entries, [&](const auto& entry) {
                if (ofInstance(*entry)) entry->removed = true;
                return entry->removed;
            });
    schedules_.remove(instance);
    periods_.remove_if(ofInstance);
    silences_.remove_if(ofInstance);
    std::erase_if(events_, [&](const auto& entry) { return entry.second.instance == instance; });
    startups_.erase(instance);
    std::erase_if(shutdowns_, [&](const auto& rule) { return rule.instance == instance; });
    std::erase_if(hooks_, [&](const auto& entry) { return entry.second.rule.instance == instance; });
    selected_.remove_if(ofInstance);
}

void Dispatcher::startup(std::uint32_t instance)
{
    const auto [first, last] = startups_.equal_range(instance);
    std::vector<std::uint32_t> rules;
    for (auto entry = first; entry != last; ++entry) rules.push_back(entry->second);
    for (const auto rule : rules) fire({instance, rule}, eventOf("startup"), Cause{newCorrelationId(), "system", 0});
}

void Dispatcher::raise(const std::string& name, Object data, const Cause& cause)
{
    const auto [first, last] = events_.equal_range(name);
    std::vector<RuleKey> rules;
    for (auto entry = first; entry != last; ++entry) rules.push_back(entry->second);
    for (const auto rule : rules) {
        auto event = eventOf("event");
        event.set("name", name).set("data", data);
        fire(rule, std::move(event), cause);
    }
}

void Dispatcher::onMessage(const std::string& filter, const MqttMessage& message)
{
    const auto found = topics_.find(filter);
    if (found == topics_.end()) return;
    const auto entries = found->second.entries; // a rule that fires may be removed meanwhile
    std::optional<Result<Value>> json;
    for (const auto& entry : entries) {
        if (message.retained && !entry->trigger.retained) continue;
        if (message.payload.size() > maxPayloadBytes) {
            skip(entry->rule, "mqtt", "the message is larger than 256 KiB");
            continue;
        }
        auto event = eventOf("mqtt");
        event.append("topic", capturesOf(entry->trigger, message.topic));
        event.append("mqtt_topic", message.topic);
        event.append("payload", message.payload);
        event.append("retained", message.retained);
        if (entry->trigger.json) {
            if (!json) json = parseJson(message.payload);
            if (!json->ok()) {
                skip(entry->rule, "mqtt", "the message is no JSON: " + json->error().message.en);
                continue;
            }
            event.append("json", **json);
        }
        fire(entry->rule, std::move(event), Cause{newCorrelationId(), "mqtt", 0});
    }
}

void Dispatcher::onChange(const AttributeChanged& change)
{
    const auto found = attributes_.find(change.device.info->id.value);
    if (found == attributes_.end()) return;
    const auto& name = change.attribute.spec->name;
    const auto index = std::find_if(found->second.begin(), found->second.end(),
                                    [&](const auto& candidate) { return candidate.name == name; });
    if (index == found->second.end()) return;
    if (!index->mirroredFor.empty()) handlers_.mirror({change.device.info->id.value, name, change.attribute.value});

    const auto entries = index->entries;
    for (const auto& entry : entries) {
        if (entry->removed) continue;
        entry->watch.change(change,
                            [&] { return eventOf(change.device, name, change.previous, change.attribute.value); });
    }
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
