#include "automation/dispatcher.h"

#include "atrium/json.h"
#include "automation/reasons.h"

#include <algorithm>

namespace atrium::automation {

// How events find the rules that wait for them.

namespace {

constexpr std::size_t maxPayloadBytes = 256 * 1024;
constexpr std::size_t mostEventNames = 500;

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
    const auto handler = found->second.listener.fire; // which may end the watch
    handler(std::move(event), cause);
}

void Dispatcher::skip(RuleKey rule, const char* trigger, WhyNot why)
{
    if (rule.instance < firstWatch && tracing_ == Tracing::On) handlers_.skip(rule, trigger, std::move(why));
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
    if (raised_.size() < mostEventNames || raised_.contains(name)) raised_[name] = clock_.now();
    const auto [first, last] = events_.equal_range(name);
    std::vector<RuleKey> rules;
    for (auto entry = first; entry != last; ++entry) rules.push_back(entry->second.rule);
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
    auto& topic = found->second;
    if (message.retained) topic.lastRetainedAt = clock_.now();
    else if (tracing_ == Tracing::On) {
        topic.lastAt = clock_.now();
        topic.lastTopic = message.topic;
    }
    const auto entries = topic.entries; // a rule that fires may be removed meanwhile
    std::optional<Result<Value>> json;
    for (const auto& entry : entries) {
        if (message.retained && !entry->trigger.retained) continue;
        if (message.payload.size() > maxPayloadBytes) {
            skip(entry->place.rule, "mqtt",
                 [bytes = message.payload.size()] { return reasons::messageTooLarge(bytes, maxPayloadBytes); });
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
                skip(entry->place.rule, "mqtt", [error = json->error().message.en] { return reasons::noJson(error); });
                continue;
            }
            event.append("json", **json);
        }
        fire(entry->place.rule, std::move(event), Cause{newCorrelationId(), "mqtt", 0});
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

    const auto event = [&] { return eventOf(change.device, name, change.previous, change.attribute.value); };
    const auto tell = [&](AttributeEntry& entry) {
        if (!entry.removed) entry.watch.change(change, std::ref(event), tracing_);
    };
    // A rule that is started may change the list.
    if (index->entries.size() == 1) {
        const auto only = index->entries.front();
        return tell(*only);
    }
    const auto entries = index->entries;
    for (const auto& entry : entries) tell(*entry);
}

void Dispatcher::confirmHolds(const Device& device)
{
    const auto found = attributes_.find(device.info->id.value);
    if (found == attributes_.end()) return;
    std::vector<std::pair<std::shared_ptr<AttributeEntry>, const Attribute*>> known;
    for (const auto& index : found->second)
        if (const auto* attribute = device.find(index.name))
            for (const auto& entry : index.entries) known.emplace_back(entry, attribute);
    for (const auto& [entry, attribute] : known)
        if (!entry->removed) entry->watch.confirm(*attribute);
}

} // namespace atrium::automation
