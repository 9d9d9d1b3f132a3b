#include "homie_device.h"

#include "atrium/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace atrium::homie {

namespace {

std::vector<std::string> split(const std::string& text, char separator)
{
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size() && !text.empty();) {
        const auto end = std::min(text.find(separator, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

std::optional<double> number(std::string_view text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return {};
    return value;
}

bool isNumeric(const Property& property) { return property.datatype == "float" || property.datatype == "integer"; }

std::string componentOf(const Property& property)
{
    if (property.datatype == "boolean") return property.settable ? "switch" : "binary_sensor";
    if (!property.settable) return "sensor";
    if (isNumeric(property)) return "number";
    if (property.datatype == "enum") return "select";
    return "text";
}

/// `rgb,255,0,0`, `hsv,...`, `xyz,...`: one of the kinds that the format lists, and its numbers.
bool isColor(const Property& property, std::string_view text)
{
    const auto parts = split(std::string(text), ',');
    const auto kinds = split(property.format, ',');
    if (parts.size() < 3 || parts.size() > 4) return false;
    if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), parts[0]) == kinds.end())
        return kinds.size() == 1 && parts.size() == 3; // Homie 3 and 4 send the numbers alone
    return std::all_of(parts.begin() + 1, parts.end(), [](const auto& part) { return number(part).has_value(); });
}

Error badValue() { return makeError(ErrorCode::InvalidArgument, {"Valeur invalide", "Invalid value"}); }

} // namespace

Availability availabilityOf(std::string_view state)
{
    return state == "ready" || state == "alert" || state == "sleeping" ? Availability::Available
                                                                       : Availability::Offline;
}

Result<void> HomieDevice::describe(std::string_view text)
{
    const auto json = parseJson(text);
    if (!json) return json.error();
    const Value* nodes = json->find("nodes");
    if (!json->isObject()) return badValue();
    name_ = json->textOr("name", id_);
    root_ = json->textOr("root", "");
    parent_ = json->textOr("parent", "");
    if (root_ == id_) root_.clear();
    described_.clear();
    if (!nodes || !nodes->isObject()) return {};
    for (const auto& [nodeId, node] : nodes->object()) {
        const Value* properties = node.find("properties");
        if (!properties || !properties->isObject()) continue;
        for (const auto& [propertyId, said] : properties->object()) {
            Property property{nodeId + '/' + propertyId, said.textOr("name", propertyId), node.textOr("name", nodeId)};
            property.datatype = said.textOr("datatype", "string");
            property.format = said.textOr("format", "");
            property.unit = said.textOr("unit", "");
            property.settable = said.booleanOr("settable", false);
            property.retained = said.booleanOr("retained", true);
            described_.push_back(std::move(property));
        }
    }
    return {};
}

bool HomieDevice::setAttribute(std::string_view path, std::string_view text)
{
    constexpr std::size_t limit = 2000;
    const auto known = attributes_.find(path);
    if (known != attributes_.end() && known->second == text) return false;
    if (attributes_.size() >= limit) return false;
    attributes_.insert_or_assign(std::string(path), std::string(text));
    return true;
}

std::vector<Property> HomieDevice::properties() const
{
    if (!described_.empty()) return described_;
    std::vector<Property> all;
    const auto said = [&](const std::string& path, const std::string& fallback = {}) {
        const auto found = attributes_.find(path);
        return found == attributes_.end() ? fallback : found->second;
    };
    for (auto node : split(said("$nodes"), ',')) {
        if (node.ends_with("[]")) node.resize(node.size() - 2); // arrays of Homie 3
        for (auto id : split(said(node + "/$properties"), ',')) {
            const std::string path = node + '/' + id;
            Property property{path, said(path + "/$name", id), said(node + "/$name", node)};
            property.datatype = said(path + "/$datatype", "string");
            property.format = said(path + "/$format");
            property.unit = said(path + "/$unit");
            property.settable = said(path + "/$settable") == "true";
            property.retained = said(path + "/$retained", "true") == "true";
            all.push_back(std::move(property));
        }
    }
    return all;
}

DeviceAnnouncement HomieDevice::announcement() const
{
    DeviceAnnouncement out;
    out.key = id_;
    out.identifiers = {id_};
    const auto said = [&](const char* key) {
        const auto found = attributes_.find(key);
        return found == attributes_.end() ? std::string{} : found->second;
    };
    out.name = !name_.empty() ? name_ : said("$name");
    if (const auto mac = said("$mac"); !mac.empty()) out.macs = {mac};
    out.firmware = said("$fw/version");
    out.via = parent_.empty() ? root_ : parent_;
    out.tellsAvailability = true;
    AnnouncedEntity life;
    life.id = id_ + '/' + lifeEntity;
    life.spec.component = "sensor";
    life.spec.name = "State";
    life.spec.category = EntityCategory::Diagnostic;
    AnnouncedAttribute stage;
    stage.spec.kind = Value::Kind::Text;
    stage.spec.options = {"init", "ready", "disconnected", "sleeping", "lost", "alert"};
    life.wish = "homie_state";
    life.attributes.push_back(std::move(stage));
    out.entities.push_back(std::move(life));
    for (const auto& property : properties()) {
        AnnouncedEntity entity;
        entity.id = id_ + '/' + property.id;
        entity.availability = Availability::NeverHeard;
        entity.spec.component = componentOf(property);
        entity.spec.name = property.name;
        entity.spec.unit = property.unit;
        entity.spec.capabilities =
            Object{{"node", property.node}, {"datatype", property.datatype}, {"format", property.format}};
        AnnouncedAttribute state;
        state.spec.unit = property.unit;
        state.spec.writable = property.settable;
        state.spec.kind = property.datatype == "boolean" ? Value::Kind::Boolean
                          : isNumeric(property)          ? Value::Kind::Number
                                                         : Value::Kind::Text;
        if (property.datatype == "enum") state.spec.options = split(property.format, ',');
        if (const auto range = split(property.format, ':'); isNumeric(property) && range.size() >= 2) {
            state.spec.minimum = number(range[0]);
            state.spec.maximum = number(range[1]);
            if (range.size() > 2) state.spec.step = number(range[2]);
        }
        if (property.settable) {
            entity.spec.commands = {"set", "set_value"};
            if (property.datatype == "boolean") entity.spec.commands = {"set", "turn_on", "turn_off"};
            if (property.datatype == "enum") entity.spec.commands = {"set", "select_option"};
        }
        entity.attributes.push_back(std::move(state));
        out.entities.push_back(std::move(entity));
    }
    return out;
}

std::optional<Value> HomieDevice::read(const Property& property, std::string_view text) const
{
    if (property.datatype == "boolean") {
        if (text == "true" || text == "false") return Value(text == "true");
        return {};
    }
    if (isNumeric(property)) {
        const auto value = number(text);
        if (!value || (property.datatype == "integer" && std::trunc(*value) != *value)) return {};
        const auto range = split(property.format, ':');
        if (range.size() >= 2) {
            const auto least = number(range[0]), most = number(range[1]);
            if ((least && *value < *least) || (most && *value > *most)) return {};
        }
        return std::trunc(*value) == *value && std::abs(*value) < 9e15 ? Value(static_cast<std::int64_t>(*value))
                                                                       : Value(*value);
    }
    if (property.datatype == "enum" && !property.format.empty()) {
        for (const auto& word : split(property.format, ','))
            if (word == text) return Value(text);
        return {};
    }
    if (property.datatype == "json" && !parseJson(text)) return {};
    if (property.datatype == "color" && !isColor(property, text)) return {};
    // A lone zero byte stands for the empty text: an empty payload would remove the retained message.
    return Value(text == std::string_view("\0", 1) ? std::string_view{} : text);
}

Result<EntityPlan> HomieDevice::plan(const EntityCommand& command) const
{
    for (const auto& property : properties()) {
        if (command.entity.id != id_ + '/' + property.id) continue;
        std::string text;
        const Value* wanted = command.arguments.find("value");
        if (!wanted) wanted = command.arguments.find("option");
        if (command.name == "turn_on" || command.name == "turn_off")
            text = command.name == "turn_on" ? "true" : "false";
        else if (wanted) text = wanted->isText() ? wanted->text() : toJson(*wanted);
        else if (property.datatype == "boolean") {
            const Attribute* state = command.device.find(command.device.entityIndex(command.entity.id), "state");
            text = state && state->value == Value(true) ? "false" : "true";
        }
        else return badValue();
        auto expected = read(property, text);
        if (!expected) return badValue();
        if (text.empty()) text.assign(1, '\0'); // an empty payload would mean that there is none
        EntityPlan plan;
        plan.publications.push_back({base_ + '/' + property.id + "/set", text, 1, false});
        plan.expected.emplace_back("state", std::move(*expected));
        if (!property.retained) plan.confirmation = Confirmation::None;
        return plan;
    }
    return makeError(ErrorCode::Unavailable);
}

} // namespace atrium::homie
