#include "automation/trigger_text.h"

#include "atrium/json.h"
#include "automation/duration.h"
#include "automation/surroundings.h"

namespace atrium::automation {

namespace {

std::string quoted(std::int64_t microseconds) { return " \"" + toText(std::chrono::microseconds(microseconds)) + "\""; }

std::string testOf(const AttributeTrigger& trigger)
{
    const auto operand = "(" + toJson(trigger.operand) + ")";
    std::string text;
    switch (trigger.test) {
    case AttributeTest::Changes: text = ":changes()"; break;
    case AttributeTest::Becomes: text = ":becomes" + operand; break;
    case AttributeTest::Above: text = ":above" + operand; break;
    case AttributeTest::Below: text = ":below" + operand; break;
    }
    if (trigger.hold > 0) text += ":holds" + quoted(trigger.hold);
    if (trigger.quiet > 0) text += ":debounce" + quoted(trigger.quiet);
    return text;
}

std::string toText(const DeviceSelection& selection)
{
    std::string text;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) text += (text.empty() ? " " : ", ") + std::string(name) + " = \"" + value + "\"";
    };
    add("kind", selection.kind);
    add("area", selection.area);
    add("integration", selection.integration);
    add("uid", selection.uid);
    return "devices{" + text + " }";
}

} // namespace

std::string subjectOf(DeviceId id, const std::string& attribute, const Devices& devices)
{
    if (id == Surroundings::sunId) return "sun." + attribute;
    if (id == Surroundings::houseId) return "house." + attribute;
    const auto device = devices.find(id);
    return (device ? device->info->uid : "#" + std::to_string(id.value)) + "." + attribute;
}

std::string toText(const Trigger& trigger, const Devices& devices)
{
    if (const auto* mqtt = std::get_if<MqttTrigger>(&trigger)) return "mqtt \"" + mqtt->filter + "\"";
    if (const auto* attribute = std::get_if<AttributeTrigger>(&trigger))
        return subjectOf(DeviceId{attribute->device}, attribute->attribute, devices) + testOf(*attribute);
    if (const auto* silence = std::get_if<SilenceTrigger>(&trigger))
        return subjectOf(DeviceId{silence->device}, silence->attribute, devices) + ":silent" + quoted(silence->period);
    if (const auto* selected = std::get_if<SelectedTrigger>(&trigger))
        return toText(selected->selection) + "." + selected->attribute.attribute +
               (selected->silence > 0 ? ":silent" + quoted(selected->silence) : testOf(selected->attribute));
    if (const auto* every = std::get_if<EveryTrigger>(&trigger)) return "every" + quoted(every->period);
    if (const auto* event = std::get_if<EventTrigger>(&trigger)) return "event \"" + event->name + "\"";
    if (const auto* hook = std::get_if<WebhookTrigger>(&trigger))
        return "webhook(\"" + hook->method + "\", \"" + hook->name + "\")";
    return kindOf(trigger);
}

} // namespace atrium::automation
