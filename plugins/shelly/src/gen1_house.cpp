#include "gen1_house.h"

#include "atrium/json.h"

namespace atrium::shelly {

namespace {

constexpr std::string_view root = "shellies/";

/// `shelly1-E8DB842A29DA` ends in its MAC address; short ids do not.
std::string macOf(std::string_view id)
{
    const auto dash = id.rfind('-');
    if (dash == std::string_view::npos || id.size() - dash - 1 != 12) return {};
    const auto digits = id.substr(dash + 1);
    for (const char c : digits)
        if (!std::isxdigit(static_cast<unsigned char>(c))) return {};
    return std::string(digits);
}

} // namespace

void Gen1House::take(const MqttMessage& message)
{
    heardAt_ = message.receivedAt;
    std::string_view rest = message.topic.substr(root.size());
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) {
        if (rest == "announce") takeAnnouncement(message);
        return;
    }
    const std::string id(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
    if (id.empty() || rest.empty()) return;
    if (rest == "announce") return takeAnnouncement(message);
    auto read = readGen1(rest, message.payload);
    if (!read) return port_->refuse(message.topic, read.error().detail);
    auto found = known_.find(id);
    if (found == known_.end()) {
        if (!*read && rest != "online") return;
        if (known_.size() >= maxDevices) return port_->refuse(message.topic, "too many devices");
        found = known_.emplace(id, Known{}).first;
        found->second.mac = macOf(id);
    }
    Known& known = found->second;
    if (known.isAnnounced && isSpokenFor(known)) {
        port_->withdraw(id);
        known.isAnnounced = false;
    }
    if (rest == "online") return takeOnline(id, known, message.payload);
    if (!*read) return;
    const auto& said = **read;
    if (!known.entities.contains(said.entity)) {
        if (known.entities.size() >= maxEntities) return;
        auto entity = describeGen1(id, said);
        entity.availability = known.availability;
        known.sleeps = known.sleeps || said.entity == "sensor-battery";
        known.entities.emplace(said.entity, std::move(entity));
        announceSoon(id, known);
    }
    if (!said.event.empty()) {
        if (message.retained || !isNewEvent(known, said.entity, message.payload) || isSpokenFor(known)) return;
        if (!known.isAnnounced) announce(id, known);
        return port_->raise(id, id + '-' + said.entity, said.event, Object{{"event", said.event}}, message.receivedAt);
    }
    if (known.isAnnounced) return port_->report(id, id + '-' + said.entity, said.values, message.receivedAt);
    auto& waiting = known.before[said.entity];
    waiting.entity = id + '-' + said.entity;
    for (const auto& [role, value] : said.values) {
        std::erase_if(waiting.values, [&role = role](const auto& old) { return old.first == role; });
        waiting.values.emplace_back(role, value);
    }
}

void Gen1House::takeAnnouncement(const MqttMessage& message)
{
    const auto json = parseJson(message.payload);
    if (!json || !json->isObject()) return port_->refuse(message.topic, "an announcement is no JSON object");
    const auto id = json->textOr("id", "");
    if (id.empty() || id.size() > 100 || id.find('/') != std::string::npos)
        return port_->refuse(message.topic, "an announcement without id");
    if (known_.size() >= maxDevices && !known_.contains(id)) return port_->refuse(message.topic, "too many devices");
    Known& known = known_[id];
    const auto take = [&](std::string& field, const char* key) {
        if (const auto said = json->textOr(key, ""); !said.empty()) field = said;
    };
    take(known.model, "model");
    take(known.mac, "mac");
    take(known.firmware, "fw_ver");
    take(known.address, "ip");
    if (known.mac.empty()) known.mac = macOf(id);
    if (known.isAnnounced) announce(id, known);
}

void Gen1House::takeOnline(const std::string& id, Known& known, std::string_view payload)
{
    if (payload != "true" && payload != "false") return;
    // One that sleeps goes offline each time that it has spoken: that says nothing.
    if (known.sleeps) return;
    known.availability = payload == "true" ? Availability::Available : Availability::Offline;
    for (auto& [name, entity] : known.entities) entity.availability = known.availability;
    if (known.isAnnounced) port_->setAvailability(id, "", known.availability);
}

bool Gen1House::isNewEvent(Known& known, const std::string& entity, std::string_view payload)
{
    const auto json = parseJson(payload);
    const Value* count = json ? json->find("event_cnt") : nullptr;
    if (!count || !count->isInteger()) return true;
    // The device repeats its last event with every report.
    const auto [place, isFirst] = known.eventCounts.try_emplace(entity, count->integer());
    if (isFirst) return true;
    return std::exchange(place->second, count->integer()) != count->integer();
}

bool Gen1House::isSpokenFor(const Known& known) const { return !known.mac.empty() && port_->knows("mac:" + known.mac); }

void Gen1House::announceSoon(const std::string& id, Known& known)
{
    if (known.isAnnounced) return announce(id, known);
    if (known.timer) return;
    known.timer = scheduler_.after(gathering, [this, id] {
        const auto found = known_.find(id);
        if (found != known_.end() && !found->second.isAnnounced) announce(id, found->second);
    });
}

void Gen1House::announce(const std::string& id, Known& known)
{
    if (known.entities.empty() || isSpokenFor(known)) return;
    DeviceAnnouncement said;
    said.key = id;
    said.identifiers = {id};
    if (!known.mac.empty()) said.macs = {known.mac};
    said.maker = "Shelly";
    said.model = known.model;
    said.modelId = known.model;
    said.firmware = known.firmware;
    if (!known.address.empty()) said.configurationUrl = "http://" + known.address + '/';
    said.tellsAvailability = !known.sleeps;
    for (const auto& [name, entity] : known.entities) said.entities.push_back(entity);
    port_->announce(std::move(said));
    known.isAnnounced = true;
    for (auto& [name, reading] : std::exchange(known.before, {}))
        port_->report(id, reading.entity, std::move(reading.values), heardAt_);
}

Result<EntityPlan> Gen1House::plan(const EntityCommand& command) const
{
    const std::string id(command.key);
    if (!known_.contains(id) || !command.entity.id.view().starts_with(id + '-'))
        return makeError(ErrorCode::Unavailable);
    return planGen1(std::string(root) + id, command.entity.id.str().substr(id.size() + 1), command);
}

} // namespace atrium::shelly
