#pragma once

#include "atrium/device.h"

#include <optional>

namespace atrium::state {

/// `value` as the kind that an attribute holds: whole numbers and integers convert into each other, nothing else does.
std::optional<Value> asKind(const Value& value, Value::Kind kind);

/// A device with entities is there while one of them is. Pure.
void updateOnline(Device& device);

} // namespace atrium::state
