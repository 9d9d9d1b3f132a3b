#pragma once

#include "atrium/device.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace atrium::automation {

/// Attributes that hold these values and are of their kinds.
inline std::vector<Attribute> attributesOf(std::vector<std::pair<std::string, Value>> values)
{
    std::vector<Attribute> attributes;
    for (auto& [name, value] : values) {
        Attribute attribute;
        attribute.spec = AttributeSpec{name, value.kind()};
        attribute.value = std::move(value);
        attributes.push_back(std::move(attribute));
    }
    return attributes;
}

/// A device whose name is its uid.
inline DevicePtr testDevice(std::int64_t id, const std::string& uid, std::vector<std::pair<std::string, Value>> values)
{
    auto device = std::make_shared<Device>();
    device->info.edit().id = DeviceId{id};
    device->info.edit().uid = device->info.edit().name = uid;
    device->attributes = attributesOf(std::move(values));
    return device;
}

} // namespace atrium::automation
