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

std::optional<std::int64_t> whole(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

/// `PT1H30M5S`: hours, minutes and seconds of ISO 8601, each at most once.
bool isDuration(std::string_view text)
{
    if (!text.starts_with("PT") || text.size() < 4) return false;
    text.remove_prefix(2);
    std::string_view units = "HMS";
    while (!text.empty()) {
        const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
        if (digits == 0 || digits == text.size()) return false;
        const auto unit = units.find(text[digits]);
        if (unit == std::string_view::npos) return false;
        units.remove_prefix(unit + 1);
        text.remove_prefix(digits + 1);
    }
    return true;
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
    const std::vector<double> most = parts[0] == "hsv"   ? std::vector<double>{360, 100, 100}
                                     : parts[0] == "xyz" ? std::vector<double>{1, 1}
                                                         : std::vector<double>{255, 255, 255};
    if (parts.size() != most.size() + 1) return false;
    for (std::size_t i = 0; i < most.size(); ++i)
        if (const auto part = number(parts[i + 1]); !part || *part < 0 || *part > most[i]) return false;
    return true;
}

Error badValue() { return makeError(ErrorCode::InvalidArgument, {"Valeur invalide", "Invalid value"}); }

} // namespace

bool isState(std::string_view word)
{
    for (const auto* known : {"init", "ready", "disconnected", "sleeping", "lost", "alert"})
        if (word == known) return true;
    return false;
}

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
    if (!json->textOr("homie", "5.").starts_with("5."))
        return makeError(ErrorCode::InvalidArgument, {"version inconnue de Homie", "unknown version of Homie"});
    hasDescription_ = true;
    name_ = json->textOr("name", id_);
    root_ = json->textOr("root", "");
    parent_ = json->textOr("parent", "");
    if (root_.empty()) root_ = parent_;
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
            property.hasTarget = targets_.contains(property.id);
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

bool HomieDevice::addTarget(std::string_view property)
{
    constexpr std::size_t limit = 500;
    if (targets_.size() >= limit || !targets_.emplace(property).second) return false;
    for (auto& known : described_) known.hasTarget = targets_.contains(known.id);
    return true;
}

void HomieDevice::setAlert(std::string_view id, std::string_view text)
{
    constexpr std::size_t limit = 20;
    if (text.empty()) {
        if (const auto known = alerts_.find(id); known != alerts_.end()) known->second.clear();
    }
    else if (alerts_.size() < limit || alerts_.contains(id))
        alerts_.insert_or_assign(std::string(id), std::string(text));
}

Value HomieDevice::alerts() const
{
    std::string all;
    for (const auto& [id, text] : alerts_)
        if (!text.empty()) all += (all.empty() ? "" : "; ") + text;
    return all.empty() ? Value() : Value(std::move(all));
}

std::vector<Property> HomieDevice::properties() const
{
    if (hasDescription_) return described_;
    std::vector<Property> all;
    const auto said = [&](const std::string& path, const std::string& fallback = {}) {
        const auto found = attributes_.find(path);
        return found == attributes_.end() ? fallback : found->second;
    };
    const auto add = [&](const std::string& node, const std::string& place) {
        for (const auto& id : split(said(node + "/$properties"), ',')) {
            const std::string path = node + '/' + id;
            std::string name = said(path + "/$name", id);
            const std::string nodeName = said(place + "/$name", said(node + "/$name", node));
            if (place != node) name = said(place + "/$name", place) + ' ' + name;
            Property property{place + '/' + id, std::move(name), nodeName};
            property.hasTarget = targets_.contains(property.id);
            property.datatype = said(path + "/$datatype", "string");
            property.format = said(path + "/$format");
            property.unit = said(path + "/$unit");
            property.settable = said(path + "/$settable") == "true";
            property.retained = said(path + "/$retained", "true") == "true";
            all.push_back(std::move(property));
        }
    };
    for (auto node : split(said("$nodes"), ',')) {
        if (!node.ends_with("[]")) {
            add(node, node);
            continue;
        }
        node.resize(node.size() - 2); // an array of Homie 3: `lamp_0`, `lamp_1`, ... with the properties of `lamp`
        const auto bounds = split(said(node + "/$array", "0-0"), '-');
        const auto first = bounds.empty() ? std::nullopt : whole(bounds[0]);
        const auto last = bounds.size() < 2 ? first : whole(bounds[1]);
        constexpr std::int64_t most = 64;
        for (auto i = first.value_or(0); first && last && i <= *last && i < *first + most; ++i)
            add(node, node + '_' + std::to_string(i));
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
    out.model = said("$implementation");
    if (const auto address = said("$localip"); !address.empty()) out.configurationUrl = "http://" + address + '/';
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
    if (!alerts_.empty()) {
        AnnouncedEntity alert;
        alert.id = id_ + '/' + alertEntity;
        alert.spec.component = "sensor";
        alert.spec.name = "Alert";
        alert.spec.category = EntityCategory::Diagnostic;
        alert.wish = "alert";
        alert.attributes.emplace_back().spec.kind = Value::Kind::Text;
        out.entities.push_back(std::move(alert));
    }
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
        if (property.hasTarget) {
            AnnouncedAttribute target = entity.attributes.back();
            target.role = "target";
            target.spec.writable = false;
            entity.attributes.push_back(std::move(target));
        }
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
        if (property.datatype == "integer" && !whole(text)) return {};
        const auto value = number(text);
        if (!value) return {};
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
    if (property.datatype == "json") {
        const auto json = parseJson(text);
        if (!json || !(json->isObject() || json->isList())) return {};
    }
    if (property.datatype == "duration" && !isDuration(text)) return {};
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
