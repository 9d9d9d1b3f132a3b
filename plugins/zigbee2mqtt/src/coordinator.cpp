#include "coordinator.h"

#include "atrium/json.h"

#include <algorithm>

namespace atrium::zigbee2mqtt {

void Coordinator::learn(const Value& info, UtcTime at)
{
    version_ = info.textOr("version", version_);
    if (const Value* coordinator = info.find("coordinator")) {
        hardware_ = coordinator->textOr("type", "");
        const Value* meta = coordinator->find("meta");
        if (const Value* revision = meta ? meta->find("revision") : nullptr)
            hardware_ += ' ' + (revision->isText() ? revision->text() : toJson(*revision));
    }
    isRestartNeeded_ = info.booleanOr("restart_required", false);
    mayJoin_ = info.booleanOr("permit_join", false);
    remaining_ = {};
    if (!mayJoin_) return;
    using std::chrono::seconds;
    // Version 2 says when it ends, version 1 how long it lasts; neither = until somebody ends it.
    if (const Value* end = info.find("permit_join_end"); end && end->isNumeric()) {
        const auto until = std::chrono::milliseconds(static_cast<std::int64_t>(end->number()));
        const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch());
        remaining_ = std::clamp(std::chrono::ceil<seconds>(until - now), seconds(0), seconds(86'400));
    }
    else if (const Value* left = info.find("permit_join_timeout"); left && left->isNumeric())
        remaining_ = seconds(std::clamp<std::int64_t>(static_cast<std::int64_t>(left->number()), 0, 86'400));
}

DeviceAnnouncement Coordinator::announcement() const
{
    DeviceAnnouncement out;
    out.key = key_;
    out.identifiers = {key_};
    out.name = "Zigbee2MQTT Bridge";
    out.maker = "Zigbee2MQTT";
    out.model = "Bridge";
    out.firmware = version_;
    out.hardware = hardware_;
    out.tellsAvailability = true;
    const auto add = [&](const std::string& id, const char* component, const char* name,
                         Value::Kind kind) -> AnnouncedEntity& {
        AnnouncedEntity entity;
        entity.id = id;
        entity.spec.component = component;
        entity.spec.name = name;
        entity.attributes.emplace_back().spec.kind = kind;
        out.entities.push_back(std::move(entity));
        return out.entities.back();
    };
    auto& connection = add(this->connection(), "binary_sensor", "Connection state", Value::Kind::Boolean);
    connection.spec.deviceClass = connection.attributes[0].spec.deviceClass = "connectivity";
    connection.spec.category = EntityCategory::Diagnostic;
    auto& join = add(permitJoin(), "switch", "Permit join", Value::Kind::Boolean);
    join.spec.commands = {"turn_on", "turn_off"};
    join.attributes[0].spec.writable = true;
    join.attributes.push_back({"remaining", {}});
    auto& left = join.attributes.back().spec;
    left.unit = "s", left.history = false;
    auto& restart = add(key_ + " restart_required", "binary_sensor", "Restart required", Value::Kind::Boolean);
    restart.spec.deviceClass = restart.attributes[0].spec.deviceClass = "problem";
    restart.spec.category = EntityCategory::Diagnostic;
    AnnouncedEntity button;
    button.id = key_ + " restart";
    button.spec.component = "button";
    button.spec.name = "Restart";
    button.spec.deviceClass = "restart";
    button.spec.category = EntityCategory::Config;
    button.spec.commands = {"press"};
    out.entities.push_back(std::move(button));
    return out;
}

Coordinator::EntityValues Coordinator::joining() const
{
    return {permitJoin(), {{"state", mayJoin_}, {"remaining", static_cast<std::int64_t>(remaining_.count())}}};
}

std::vector<Coordinator::EntityValues> Coordinator::values() const
{
    return {joining(), {key_ + " restart_required", {{"state", isRestartNeeded_}}}};
}

Coordinator::EntityValues Coordinator::tick()
{
    if (remaining_.count() > 0 && (--remaining_).count() == 0) mayJoin_ = false;
    return joining();
}

Result<EntityPlan> Coordinator::plan(const EntityCommand& command) const
{
    EntityPlan plan;
    const auto request = [&](const char* what, std::string payload) {
        plan.publications.push_back({base_ + "/bridge/request/" + what, std::move(payload), 1, false});
    };
    if (command.name == "press") {
        request("restart", "");
        plan.confirmation = Confirmation::None;
        return plan;
    }
    if (command.entity.id != permitJoin() || (command.name != "turn_on" && command.name != "turn_off"))
        return makeError(ErrorCode::Unavailable);
    const bool opens = command.name == "turn_on";
    const auto most = joiningTime.count();
    const auto wanted = command.arguments.find("time");
    const auto time = wanted ? wanted->ifNumber().value_or(0) : static_cast<double>(most);
    if (opens && !(time >= 1 && time <= static_cast<double>(most)))
        return makeError(ErrorCode::InvalidArgument, {"Durée invalide : 1 à 254 s", "Invalid time: 1 to 254 s"});
    request("permit_join", toJson(Object{{"time", opens ? static_cast<std::int64_t>(time) : 0}}));
    plan.expected.emplace_back("state", opens);
    return plan;
}

} // namespace atrium::zigbee2mqtt
