#pragma once

#include "function.h"

#include "atrium/time.h"

#include <vector>

namespace atrium::tasmota {

/// What a device says of itself: address, signal, why it started.
std::vector<AnnouncedEntity> statusEntities(const Setup& setup);
/// From `discovery/MAC/config`.
std::vector<EntityValues> statusOfSetup(const Setup& setup);
/// From STATE, or from an answer to STATUS. Pure.
void readStatus(const Setup& setup, const Value& message, UtcTime at, std::vector<EntityValues>& values);

} // namespace atrium::tasmota
