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

Dispatcher::Dispatcher(Devices& devices, Mqtt& mqtt, Scheduler& scheduler, const Clock& clock, std::string siteZone,
                       Handlers handlers)
    : devices_(devices), mqtt_(mqtt), scheduler_(scheduler), clock_(clock), siteZone_(std::move(siteZone)),
      handlers_(std::move(handlers))
{
    changes_ = devices_.onAttributeChanged([this](const AttributeChanged& change) { onChange(change); });
}

Object Dispatcher::eventOf(const char* kind) const
{
    // Seconds, because that is what people calculate with; microseconds would be lost in a Lua number anyway.
    return Object{{"kind", kind}, {"at", static_cast<double>(toMicroseconds(clock_.now())) / 1e6}};
}

Result<void> Dispatcher::add(std::uint32_t instance, const std::vector<RuleView>& rules)
{
    std::vector<std::pair<RuleKey, LocalSchedule>> schedules;
    for (std::uint32_t rule = 0; rule < rules.size(); ++rule)
        for (const auto& trigger : rules[rule].triggers)
            if (const auto* at = std::get_if<AtTrigger>(&trigger)) {
                auto schedule = LocalSchedule::make(*at, siteZone_);
                if (!schedule) return schedule.error();
                schedules.emplace_back(RuleKey{instance, rule}, std::move(*schedule));
            }
    for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
        const RuleKey key{instance, rule};
        for (const auto& trigger : rules[rule].triggers) {
            if (const auto* mqtt = std::get_if<MqttTrigger>(&trigger)) addTopic(key, *mqtt);
            else if (const auto* attribute = std::get_if<AttributeTrigger>(&trigger)) addAttribute(key, *attribute);
            else if (const auto* every = std::get_if<EveryTrigger>(&trigger)) {
                auto timer = scheduler_.every(std::chrono::microseconds(every->period), [this, key] {
                    handlers_.fire(key, eventOf("every"), Cause{newCorrelationId(), "time", 0});
                });
                periods_.push_back({key, std::move(timer)});
            }
            else if (const auto* event = std::get_if<EventTrigger>(&trigger)) events_.emplace(event->name, key);
            else if (std::holds_alternative<StartupTrigger>(trigger)) startups_.emplace(instance, rule);
        }
    }
    for (auto& [key, schedule] : schedules) {
        schedules_.push_back({key, std::move(schedule), {}, {}});
        arm(schedules_.back(), clock_.now());
    }
    return {};
}

void Dispatcher::arm(Schedule& schedule, UtcTime after)
{
    const auto next = schedule.schedule.next(after);
    if (!next) return;
    schedule.next = *next;
    // The entry outlives its timer: remove() destroys both together.
    schedule.timer = scheduler_.at(*next, [this, &schedule] {
        const auto key = schedule.rule;
        auto event = eventOf("at");
        event.set("local_time", schedule.schedule.toLocalText(schedule.next));
        arm(schedule, std::max(schedule.next, clock_.now()));
        handlers_.fire(key, std::move(event), Cause{newCorrelationId(), "time", 0});
    });
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

void Dispatcher::addAttribute(RuleKey rule, const AttributeTrigger& trigger)
{
    auto entry = std::make_shared<AttributeEntry>(AttributeEntry{rule, trigger, {}, false});
    if (trigger.test == AttributeTest::Above || trigger.test == AttributeTest::Below) {
        entry->threshold.emplace(trigger.test == AttributeTest::Above ? Threshold::Direction::Above
                                                                      : Threshold::Direction::Below,
                                 trigger.operand.ifNumber().value_or(0), trigger.hysteresis.ifNumber().value_or(0));
        if (const auto device = devices_.find(DeviceId{trigger.device}))
            if (const auto now = device->value(trigger.attribute).ifNumber()) entry->threshold->begin(*now);
    }
    indexOf(trigger.device, trigger.attribute).entries.push_back(std::move(entry));
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
    schedules_.remove_if(ofInstance);
    periods_.remove_if(ofInstance);
    std::erase_if(events_, [&](const auto& entry) { return entry.second.instance == instance; });
    startups_.erase(instance);
}

void Dispatcher::startup(std::uint32_t instance)
{
    const auto [first, last] = startups_.equal_range(instance);
    std::vector<std::uint32_t> rules;
    for (auto entry = first; entry != last; ++entry) rules.push_back(entry->second);
    for (const auto rule : rules)
        handlers_.fire({instance, rule}, eventOf("startup"), Cause{newCorrelationId(), "system", 0});
}

void Dispatcher::raise(const std::string& name, Object data, const Cause& cause)
{
    const auto [first, last] = events_.equal_range(name);
    std::vector<RuleKey> rules;
    for (auto entry = first; entry != last; ++entry) rules.push_back(entry->second);
    for (const auto rule : rules) {
        auto event = eventOf("event");
        event.set("name", name).set("data", data);
        handlers_.fire(rule, std::move(event), cause);
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
            handlers_.skip(entry->rule, "the message is larger than 256 KiB");
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
                handlers_.skip(entry->rule, "the message is no JSON: " + json->error().message.en);
                continue;
            }
            event.append("json", **json);
        }
        handlers_.fire(entry->rule, std::move(event), Cause{newCorrelationId(), "mqtt", 0});
    }
}

void Dispatcher::onChange(const AttributeChanged& change)
{
    const auto found = attributes_.find(change.device.info.id.value);
    if (found == attributes_.end()) return;
    const auto& name = change.attribute.spec->name;
    const auto index = std::find_if(found->second.begin(), found->second.end(),
                                    [&](const auto& candidate) { return candidate.name == name; });
    if (index == found->second.end()) return;
    if (!index->mirroredFor.empty()) handlers_.mirror({change.device.info.id.value, name, change.attribute.value});

    const auto entries = index->entries;
    for (const auto& entry : entries) {
        if (entry->removed) continue;
        bool fires = true;
        if (entry->threshold) {
            const auto value = change.attribute.value.ifNumber();
            fires = value && entry->threshold->crosses(*value);
        }
        else if (entry->trigger.test == AttributeTest::Becomes)
            fires = change.attribute.value == entry->trigger.operand;
        if (!fires) continue;
        auto event = eventOf("attribute");
        event.append("device", change.device.info.id.value);
        event.append("id", change.device.info.uid + "." + name);
        event.append("attribute", name);
        event.append("old", change.previous);
        event.append("new", change.attribute.value);
        handlers_.fire(entry->rule, std::move(event), change.cause);
    }
}

std::vector<Upcoming> Dispatcher::upcoming(UtcTime until, std::size_t limit) const
{
    std::vector<Upcoming> list;
    for (const auto& schedule : schedules_) {
        auto next = schedule.next;
        for (std::size_t i = 0; i < limit && next != UtcTime{} && next <= until; ++i) {
            list.push_back({schedule.rule, next, schedule.schedule.toLocalText(next), schedule.schedule.zone()});
            next = schedule.schedule.next(next).value_or(UtcTime{});
        }
    }
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    if (list.size() > limit) list.resize(limit);
    return list;
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
