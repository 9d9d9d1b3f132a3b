#include "automation/trigger_text.h"

#include "atrium/json.h"
#include "automation/duration.h"
#include "automation/surroundings.h"

#include <cstdio>
#include <cstdlib>

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

std::string toTimeOfDay(std::uint32_t secondOfDay)
{
    char text[9];
    std::snprintf(text, sizeof text, "%02u:%02u:%02u", secondOfDay / 3600 % 24, secondOfDay / 60 % 60,
                  secondOfDay % 60);
    return {text, secondOfDay % 60 == 0 ? 5u : 8u};
}

/// ` on mon, tue`; empty for every day.
std::string toDays(std::uint8_t days)
{
    constexpr const char* names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    constexpr std::uint8_t allDays = 0x7f;
    if ((days & allDays) == allDays) return {};
    std::string text;
    for (unsigned day = 0; day < 7; ++day)
        if (days >> day & 1u) text += (text.empty() ? " on " : ", ") + std::string(names[day]);
    return text;
}

std::string toText(const ScheduleTrigger& schedule)
{
    if (const auto* at = std::get_if<AtTrigger>(&schedule.when))
        return "at \"" + toTimeOfDay(at->secondOfDay) + "\"" + toDays(at->days);
    if (const auto* sun = std::get_if<SunTrigger>(&schedule.when)) {
        std::string text = schedule.kind();
        const std::chrono::microseconds offset = std::chrono::seconds(std::abs(sun->offset));
        if (sun->offset != 0)
            text += std::string(" \"") + (sun->offset < 0 ? "-" : "+") + atrium::automation::toText(offset) + "\"";
        return text + toDays(sun->days);
    }
    return schedule.kind();
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
    if (const auto* schedule = std::get_if<ScheduleTrigger>(&trigger)) return toText(*schedule);
    if (const auto* event = std::get_if<EventTrigger>(&trigger)) return "event \"" + event->name + "\"";
    if (const auto* hook = std::get_if<WebhookTrigger>(&trigger))
        return "webhook(\"" + hook->method + "\", \"" + hook->name + "\")";
    return kindOf(trigger);
}

} // namespace atrium::automation
