#include "device_view.h"

#include <map>

namespace atrium::devices {

namespace {

bool isOn(const Device& device)
{
    const bool* status = device.value("status").ifBoolean();
    return status && *status;
}

Object attributeView(const Attribute& attribute)
{
    Object view{{"value", attribute.value}, {"kind", toString(attribute.spec->kind)}};
    if (!attribute.spec->unit.empty()) view.append("unit", attribute.spec->unit);
    if (attribute.spec->writable) view.append("writable", true);
    if (attribute.assumed) view.append("assumed", true);
    if (attribute.changedAt != UtcTime{}) view.append("changedAt", toIso8601(attribute.changedAt));
    if (attribute.reportedAt != UtcTime{}) view.append("reportedAt", toIso8601(attribute.reportedAt));
    return view;
}

} // namespace

Object toView(const Device& device)
{
    const DeviceInfo& info = device.info;
    const Value& power = device.value("power");
    const Attribute* status = device.find("status");
    Object view{{"id", info.id.value},
                {"uid", info.uid},
                {"name", info.name},
                {"type", info.type},
                {"room", info.room},
                {"status", isOn(device)},
                {"power", power.isNull() ? Value(info.nominalPower) : power},
                {"nominalPower", info.nominalPower},
                {"online", device.online},
                {"assumed", status && status->assumed},
                {"lastSeen", device.lastSeen == UtcTime{} ? Value() : Value(toIso8601(device.lastSeen))}};
    if (const auto& temperature = device.value("temperature"); !temperature.isNull())
        view.append("temperature", temperature);
    Object attributes;
    for (const auto& attribute : device.attributes) attributes.append(attribute.spec->name, attributeView(attribute));
    view.append("attributes", std::move(attributes));
    if (!info.maker.empty()) view.append("maker", info.maker);
    if (!info.model.empty()) view.append("model", info.model);
    view.append("createdAt", toIso8601(info.createdAt));
    return view;
}

List roomsOf(const DeviceList& list)
{
    struct Count {
        std::int64_t devices = 0, on = 0;
    };
    std::map<std::string, Count> rooms;
    for (const auto& device : list.devices) {
        auto& room = rooms[device->info.room];
        ++room.devices;
        if (isOn(*device)) ++room.on;
    }
    List views;
    for (const auto& [name, count] : rooms)
        views.push_back(Object{{"name", name}, {"devices", count.devices}, {"on", count.on}});
    return views;
}

} // namespace atrium::devices
