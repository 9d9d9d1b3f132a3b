#include "gen2_device.h"

#include "atrium/json.h"

#include <algorithm>

namespace atrium::shelly {

namespace {

void overlay(Object& under, const Object& over)
{
    for (const auto& [key, value] : over) {
        Value* known = under.find(key);
        if (known && known->isObject() && value.isObject()) overlay(known->object(), value.object());
        else under.set(key, value);
    }
}

} // namespace

bool Gen2Device::takeStatus(const std::string& component, const Value& status)
{
    if (!status.isObject()) return false;
    if (component == "sys") return takeInfo(status);
    if (isHousekeeping(parseComponent(component))) return false;
    if (status_.size() >= maxComponents && !status_.contains(component)) return false;
    overlay(status_[component], status.object());
    return learn(component);
}

bool Gen2Device::takeInfo(const Value& info)
{
    bool isNew = false;
    const auto take = [&](std::string& field, const char* key) {
        const auto said = info.textOr(key, "");
        if (said.empty() || said == field) return;
        field = said;
        isNew = true;
    };
    take(mac_, "mac");
    take(name_, "name");
    take(model_, "app");
    take(modelId_, "model");
    take(firmware_, "ver");
    return isNew;
}

bool Gen2Device::takeConfig(const Object& config)
{
    bool isNew = false;
    for (const auto& [component, settings] : config) {
        const auto name = settings.textOr("name", "");
        if (name.empty() || names_[component] == name) continue;
        names_[component] = name;
        isNew = true;
    }
    if (!isNew) return false;
    std::erase_if(entities_, [](const AnnouncedEntity& entity) { return entity.spec.component != "event"; });
    for (const auto& [component, status] : status_) learn(component);
    return true;
}

bool Gen2Device::takeEvent(const std::string& component, const std::string& type)
{
    auto& types = events_[component];
    if (type.empty() || types.size() >= 20 || events_.size() > maxComponents || !types.insert(type).second)
        return false;
    const auto id = eventEntityOf(component);
    auto entity = std::find_if(entities_.begin(), entities_.end(), [&](const auto& known) { return known.id == id; });
    if (entity == entities_.end()) {
        AnnouncedEntity added;
        added.id = id;
        added.spec.component = "event";
        std::string name = component + " event";
        std::replace(name.begin(), name.end(), ':', ' ');
        added.spec.name = name;
        added.availability = Availability::NeverHeard;
        entities_.push_back(std::move(added));
        entity = entities_.end() - 1;
    }
    entity->spec.capabilities = Object{{"event_types", List(types.begin(), types.end())}};
    return true;
}

bool Gen2Device::learn(const std::string& component)
{
    const auto name = names_.find(component);
    bool isNew = false;
    for (auto& entity : describe(prefix_, parseComponent(component), name == names_.end() ? "" : name->second,
                                 status_.at(component))) {
        if (std::any_of(entities_.begin(), entities_.end(), [&](const auto& known) { return known.id == entity.id; }))
            continue;
        entities_.push_back(std::move(entity));
        isNew = true;
    }
    return isNew;
}

DeviceAnnouncement Gen2Device::announcement() const
{
    DeviceAnnouncement out;
    out.key = prefix_;
    out.identifiers = {prefix_};
    if (!mac_.empty()) out.macs = {mac_};
    out.name = name_; // without one it is called by its prefix, unless somebody else knows better
    out.maker = "Shelly";
    out.model = model_;
    out.modelId = modelId_;
    out.firmware = firmware_;
    out.tellsAvailability = true;
    out.entities = entities_;
    return out;
}

std::vector<Reading> Gen2Device::read(const std::string& component) const
{
    const auto found = status_.find(component);
    if (found == status_.end()) return {};
    return shelly::read(prefix_, parseComponent(component), found->second);
}

std::vector<Reading> Gen2Device::readAll() const
{
    std::vector<Reading> all;
    for (const auto& [component, status] : status_)
        for (auto& reading : read(component)) all.push_back(std::move(reading));
    return all;
}

Result<EntityPlan> Gen2Device::plan(const EntityCommand& command) const
{
    if (!command.entity.id.view().starts_with(prefix_ + '-')) return makeError(ErrorCode::Unavailable);
    const auto component = parseComponent(command.entity.id.str().substr(prefix_.size() + 1));
    auto call = callFor(component, command);
    if (!call) return call.error();
    EntityPlan plan;
    plan.expected = std::move(call->expected);
    const Object request{
        {"id", 1}, {"src", "atrium/rpc-" + prefix_}, {"method", call->method}, {"params", std::move(call->parameters)}};
    plan.publications.push_back({prefix_ + "/rpc", toJson(request), 1, false});
    return plan;
}

} // namespace atrium::shelly
