#include "homie_house.h"

#include "atrium/text.h"

namespace atrium::homie {

void HomieHouse::take(const MqttMessage& message)
{
    if (!message.topic.starts_with(base_ + '/')) return;
    std::string_view rest = message.topic.substr(base_.size() + 1);
    std::string prefix = base_ + '/';
    if (rest.starts_with("5/")) {
        rest.remove_prefix(2);
        prefix += "5/";
    }
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos || slash == 0 || rest.front() == '$') return;
    const std::string id(rest.substr(0, slash));
    const std::string path(rest.substr(slash + 1));
    if (path.ends_with("/set") || path.ends_with("/$target")) return;
    if (!isCleanUtf8(message.payload)) return port_->refuse(message.topic, "not UTF-8");
    auto known = known_.find(id);
    if (known == known_.end()) {
        if (path.front() != '$' || message.payload.empty()) return;
        known = known_.emplace(id, Known{HomieDevice(id, prefix + id), {}, {}, false}).first;
    }
    if (path == "$state") {
        if (message.payload.empty()) { // the device was removed for good
            port_->withdraw(id);
            known_.erase(known);
            return;
        }
        return takeState(known->second, message.payload, message.receivedAt);
    }
    if (path == "$description") {
        if (const auto described = known->second.device.describe(message.payload); !described)
            return port_->refuse(message.topic, described.error().message.en);
        return announce(known->second, message.receivedAt);
    }
    if (path.find('$') != std::string::npos) {
        if (known->second.device.setAttribute(path, message.payload) && known->second.announced)
            announce(known->second, message.receivedAt);
        return;
    }
    takeProperty(known->second, path, message.payload, message.receivedAt);
}

void HomieHouse::announce(Known& known, UtcTime at)
{
    if (!known.device.isDescribed()) return;
    port_->announce(known.device.announcement());
    known.announced = true;
    for (const auto& [path, text] : std::exchange(known.texts, {})) takeProperty(known, path, text, at);
    if (!known.state.empty()) port_->setAvailability(known.device.id(), "", availabilityOf(known.state));
}

void HomieHouse::takeState(Known& known, std::string_view state, UtcTime at)
{
    known.state = state;
    // Homie 3 and 4 say `ready` when all attributes are there.
    if (!known.announced && state != "init") announce(known, at);
    else if (known.announced) port_->setAvailability(known.device.id(), "", availabilityOf(state));
}

void HomieHouse::takeProperty(Known& known, const std::string& path, std::string_view text, UtcTime at)
{
    constexpr std::size_t limit = 500;
    if (!known.announced) {
        if (known.texts.size() < limit) known.texts[path] = text;
        return;
    }
    for (const auto& property : known.device.properties()) {
        if (property.id != path) continue;
        auto value = known.device.read(property, text);
        if (!value) return port_->refuse(known.device.id() + '/' + path, "not a value of its type");
        const std::string entity = known.device.id() + '/' + path;
        return port_->report(known.device.id(), entity, {{"state", std::move(*value)}}, at);
    }
}

Result<EntityPlan> HomieHouse::plan(const EntityCommand& command) const
{
    const auto known = known_.find(command.key);
    if (known == known_.end()) return makeError(ErrorCode::Unavailable);
    return known->second.device.plan(command);
}

} // namespace atrium::homie
