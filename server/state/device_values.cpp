#include "state/device_values.h"

#include <algorithm>
#include <cmath>

namespace atrium::state {

std::optional<Value> asKind(const Value& value, Value::Kind kind)
{
    if (value.kind() == kind || value.isNull()) return value;
    if (kind == Value::Kind::Number && value.isInteger()) return value;
    if (kind == Value::Kind::Integer && value.kind() == Value::Kind::Number) {
        const double number = value.number();
        constexpr double limit = 9'007'199'254'740'992.0; // 2^53: above it a double no longer counts
        if (std::trunc(number) == number && std::abs(number) <= limit) return Value(static_cast<std::int64_t>(number));
    }
    return {};
}

void updateOnline(Device& device)
{
    if (device.entities.empty()) return;
    const auto is = [&](Availability wanted) {
        return std::any_of(device.entities.begin(), device.entities.end(),
                           [wanted](const Entity& entity) { return entity.availability == wanted; });
    };
    device.availability = Availability::NeverHeard;
    for (const auto candidate : {Availability::Silent, Availability::Offline, Availability::Available})
        if (is(candidate)) device.availability = candidate;
    device.online = device.availability == Availability::Available;
}

} // namespace atrium::state
