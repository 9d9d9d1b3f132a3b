#include "entity_view.h"

#include "device_view.h"

namespace atrium::devices {

namespace {

bool isTrigger(const EntitySpec& spec) { return spec.component == "device_automation" || spec.component == "tag"; }

Value orNull(const std::string& text) { return text.empty() ? Value() : Value(text); }

Value shownState(const Value& value)
{
    const bool* flag = value.ifBoolean();
    return flag ? Value(*flag ? "on" : "off") : value;
}

/// What a control of the attribute must know: the range, the words, and what waits to be confirmed.
Object specView(const Device& device, const Attribute& attribute)
{
    const AttributeSpec& spec = *attribute.spec;
    Object view{{"kind", toString(spec.kind)}, {"writable", spec.writable}, {"history", spec.history}};
    if (!spec.deviceClass.empty()) view.append("deviceClass", spec.deviceClass);
    if (spec.minimum) view.append("min", *spec.minimum);
    if (spec.maximum) view.append("max", *spec.maximum);
    if (spec.step) view.append("step", *spec.step);
    if (!spec.options.empty()) view.append("options", List(spec.options.begin(), spec.options.end()));
    if (!spec.role.empty()) view.append("role", spec.role);
    if (spec.entity >= 0 && spec.entity < static_cast<int>(device.entities.size()))
        view.append("entity", device.entities[static_cast<std::size_t>(spec.entity)].id.view());
    if (attribute.desired)
        view.append("desired", Object{{"wished", attribute.desired->wished},
                                      {"reported", attribute.desired->reported},
                                      {"since", toIso8601(attribute.desired->since)}});
    return view;
}

Object eventView(const DeviceEvent& event)
{
    Object view{{"entity", event.entity}, {"type", event.type}, {"at", toIso8601(event.at)}, {"data", event.data}};
    return view;
}

Object entityView(const Device& device, std::size_t index, const EventLog& events)
{
    const Entity& entity = device.entities[index];
    const EntitySpec& spec = *entity.spec;
    Object view{
        {"id", entity.id.view()},
        {"component", spec.component},
        {"integration", spec.integration},
        {"name", spec.name},
        {"fullName", spec.name && !spec.name->empty() ? device.info->name + ' ' + *spec.name : device.info->name},
        {"deviceClass", orNull(spec.deviceClass)},
        {"unit", orNull(spec.unit)},
        {"stateClass", orNull(spec.stateClass)},
        {"category", toString(spec.category)},
        {"enabled", spec.enabled},
        {"commandable", !spec.commands.empty()},
        {"commands", List(spec.commands.begin(), spec.commands.end())},
        {"available", entity.availability == Availability::Available},
        {"availability", toString(entity.availability)},
        {"capabilities", spec.capabilities}};
    Value state;
    Object attributes, names;
    for (const auto& attribute : device.attributes) {
        if (attribute.spec->entity != static_cast<int>(index)) continue;
        const auto& role = attribute.spec->role;
        names.append(role, attribute.spec->name);
        if (role == "state") {
            state = shownState(attribute.value);
            if (attribute.assumed()) view.append("assumed", true);
            if (attribute.desired) view.append("desired", shownState(attribute.desired->wished));
        }
        else if (role == "json_attributes") view.append("jsonAttributes", attribute.value);
        else attributes.append(role, attribute.value);
    }
    if (spec.component == "event")
        if (const auto summary = events.of(device.info->id, entity.id.view()); summary.last) {
            state = summary.last->type;
            attributes = summary.last->data;
            view.append("eventCount", summary.count);
        }
    view.append("state", std::move(state));
    view.append("attributes", std::move(attributes));
    view.append("attributeNames", std::move(names));
    return view;
}

} // namespace

Object detailView(const Device& device, const EventLog& events)
{
    const DeviceInfo& info = *device.info;
    Object view = toView(device);
    view.append("availability", toString(device.availability));
    view.append("zone", orNull(info.zone));
    view.append("site", orNull(info.site));
    view.append("modelId", orNull(info.modelId));
    view.append("firmware", orNull(info.firmware));
    view.append("hardware", orNull(info.hardware));
    view.append("serialNumber", orNull(info.serialNumber));
    view.append("configurationUrl", orNull(info.configurationUrl));
    view.append("via", orNull(info.via));
    List identifiers;
    for (const auto& identifier : info.identifiers) identifiers.push_back(identifier.substr(identifier.find(':') + 1));
    view.append("identifiers", std::move(identifiers));
    view.append("macs", List(info.macs.begin(), info.macs.end()));
    List tellings, entities, triggers;
    for (const auto& one : info.tellings)
        tellings.push_back(Object{{"integration", one.integration},
                                  {"name", orNull(one.name)},
                                  {"maker", orNull(one.maker)},
                                  {"model", orNull(one.model)},
                                  {"modelId", orNull(one.modelId)},
                                  {"firmware", orNull(one.firmware)},
                                  {"hardware", orNull(one.hardware)}});
    if (!tellings.empty()) view.append("describedBy", std::move(tellings));
    for (std::size_t i = 0; i < device.entities.size(); ++i) {
        const auto& entity = device.entities[i];
        if (!isTrigger(*entity.spec)) {
            entities.push_back(entityView(device, i, events));
            continue;
        }
        const auto summary = events.of(info.id, entity.id.view());
        Object trigger{{"id", entity.id.view()}, {"component", entity.spec->component}, {"fired", summary.count}};
        for (const auto& [key, value] : entity.spec->capabilities) trigger.set(key, value);
        trigger.append("lastFired", summary.last ? Value(toIso8601(summary.last->at)) : Value());
        triggers.push_back(std::move(trigger));
    }
    Object specs;
    for (const auto& attribute : device.attributes) specs.append(attribute.spec->name, specView(device, attribute));
    view.append("entities", std::move(entities));
    view.append("triggers", std::move(triggers));
    view.append("specs", std::move(specs));
    return view;
}

List eventViews(const std::vector<DeviceEvent>& events)
{
    List views;
    for (const auto& event : events) views.push_back(eventView(event));
    return views;
}

} // namespace atrium::devices
