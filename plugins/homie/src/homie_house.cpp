#include "homie_house.h"

#include "atrium/text.h"

namespace atrium::homie {

void HomieHouse::take(std::string_view prefix, const MqttMessage& message)
{
    if (message.topic.size() <= prefix.size() + 1) return;
    const std::string_view rest = message.topic.substr(prefix.size() + 1);
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos || slash == 0 || rest.front() == '$') return;
    const std::string id(rest.substr(0, slash));
    const std::string path(rest.substr(slash + 1));
    if (path.ends_with("/set") && path.find('/') != path.size() - 4) return;
    const bool isEmptyText = message.payload == std::string_view("\0", 1);
    if (!isEmptyText && !isCleanUtf8(message.payload)) return port_->refuse(message.topic, "not UTF-8");
    auto known = known_.find(id);
    if (known == known_.end()) {
        if (path.front() != '$' || message.payload.empty()) return;
        known = known_.emplace(id, Known{HomieDevice(id, std::string(prefix) + '/' + id), {}, {}, false}).first;
    }
    if (path == "$state") {
        if (message.payload.empty()) { // the device was removed for good
            port_->withdraw(id);
            known_.erase(known);
            return;
        }
        return takeState(known->second, message.payload, message.receivedAt);
    }
    if (path == "$description") return takeDescription(known->second, message);
    if (path.starts_with("$alert/"))
        return takeAlert(known->second, std::string_view(path).substr(7), message.payload, message.receivedAt);
    if (path.ends_with("/$target"))
        return takeTarget(known->second, path.substr(0, path.size() - 8), message.payload, message.receivedAt);
    if (path.find('$') != std::string::npos) {
        if (known->second.device.setAttribute(path, message.payload) && known->second.announced)
            announce(known->second, message.receivedAt);
        return;
    }
    takeProperty(known->second, path, message.payload, message.receivedAt);
}

void HomieHouse::takeDescription(Known& known, const MqttMessage& message)
{
    if (const auto described = known.device.describe(message.payload); !described)
        return port_->refuse(message.topic, described.error().message.en);
    // While it initialises, its description may not be complete.
    if (known.state != "init") announce(known, message.receivedAt);
}

void HomieHouse::announce(Known& known, UtcTime at)
{
    if (!known.device.isDescribed()) return;
    port_->announce(known.device.announcement());
    known.announced = true;
    for (const auto& [path, text] : std::exchange(known.texts, {})) takeProperty(known, path, text, at);
    showState(known, at);
}

void HomieHouse::takeState(Known& known, std::string_view state, UtcTime at)
{
    if (!isState(state)) return port_->refuse(known.device.id() + "/$state", "not a state");
    const bool wasInit = std::exchange(known.state, std::string(state)) == "init";
    // Ready means that all of its description is there, the old one or a new one.
    if (state != "init" && (wasInit || !known.announced)) announce(known, at);
    else showState(known, at);
    for (const auto& [id, other] : known_)
        if (other.device.root() == known.device.id()) showState(other, at);
}

std::string HomieHouse::effectiveState(const Known& known) const
{
    // A root that is lost takes its children with it.
    const auto root = known_.find(known.device.root());
    return root != known_.end() && root->second.state == "lost" ? "lost" : known.state;
}

void HomieHouse::showState(const Known& known, UtcTime at)
{
    const auto state = effectiveState(known);
    if (!known.announced || state.empty()) return;
    const auto& id = known.device.id();
    port_->setAvailability(id, "", availabilityOf(state));
    // What says that the others are away is itself there.
    const std::string life = id + '/' + HomieDevice::lifeEntity;
    port_->setAvailability(id, life, Availability::Available);
    port_->report(id, life, {{"state", state}}, at);
}

void HomieHouse::takeAlert(Known& known, std::string_view alert, std::string_view text, UtcTime at)
{
    const auto& id = known.device.id();
    known.device.setAlert(alert, text);
    if (!known.announced) return;
    port_->announce(known.device.announcement());
    const std::string entity = id + '/' + HomieDevice::alertEntity;
    port_->setAvailability(id, entity, Availability::Available);
    port_->report(id, entity, {{"state", known.device.alerts()}}, at);
    if (!text.empty())
        port_->raise(id, entity, "alert", Object{{"id", std::string(alert)}, {"text", std::string(text)}}, at);
}

void HomieHouse::takeTarget(Known& known, const std::string& path, std::string_view text, UtcTime at)
{
    if (known.device.addTarget(path) && known.announced) announce(known, at);
    for (const auto& property : known.device.properties()) {
        if (property.id != path) continue;
        auto value = text.empty() ? std::optional<Value>(Value()) : known.device.read(property, text);
        if (!value) return port_->refuse(known.device.id() + '/' + path + "/$target", "not a value of its type");
        port_->report(known.device.id(), known.device.id() + '/' + path, {{"target", std::move(*value)}}, at);
    }
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
        // What is not kept is something that happens: also when it happens again with the same value.
        if (!property.retained)
            port_->raise(known.device.id(), entity, std::string(text), Object{{"value", *value}}, at);
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
