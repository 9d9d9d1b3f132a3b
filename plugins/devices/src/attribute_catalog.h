#pragma once

#include "atrium/device.h"

#include <optional>
#include <string_view>
#include <vector>

namespace atrium::devices {

/// A device learns at most this many attributes from its messages.
constexpr std::size_t maxAttributes = 64;

/// The attributes that a device of `type` has before it has said anything: `status` and `power`, and what the type
/// stands for (a climate device has a temperature, a sensor no switch).
std::vector<AttributeSpec> defaultAttributes(std::string_view type);

/// The attribute that a device turns out to have when it reports `value` under `name`: its kind from the value, its
/// unit from the usual names (`temperature` is °C). Empty when it cannot be one: no scalar, or a name that is none.
std::optional<AttributeSpec> learnAttribute(std::string_view name, const Value& value);

/// Attribute specifications as JSON text for the database, and back; unknown members are ignored.
std::string toJsonText(const std::vector<AttributeSpec>& specs);
std::vector<AttributeSpec> specsFromJsonText(std::string_view json);

} // namespace atrium::devices
