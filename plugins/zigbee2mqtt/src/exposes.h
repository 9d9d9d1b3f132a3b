#pragma once

#include "exposed_entity.h"

namespace atrium::zigbee2mqtt {

/// The entities behind `definition.exposes` of a device. `ieee` starts their ids. Source: zigbee2mqtt, "Exposes".
/// Pure.
std::vector<ExposedEntity> entitiesOf(const std::string& ieee, const Value& exposes);

} // namespace atrium::zigbee2mqtt
