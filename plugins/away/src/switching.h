#pragma once

#include "atrium/history.h"

#include <chrono>
#include <vector>

namespace atrium::away {

/// A device goes on or off.
struct Switching {
    UtcTime at{};
    DeviceId device;
    bool on = false;

    bool operator==(const Switching&) const = default;
};

/// By how much a device runs ahead (negative) or behind during the absence that began at `since`: at most `spread`
/// either way. Always the same for one absence, so that no switching overtakes another one.
std::chrono::seconds offsetOf(DeviceId device, UtcTime since, std::chrono::minutes spread);

/// Whether switchings are wanted for a span only, or also the state at its beginning.
enum class Opening { Left, Included };

/// What the device does in [from, to): what it did a week before, or a day before where nothing older is known.
/// Blocks. Thread: any but core.
std::vector<Switching> repeated(const History& history, DeviceId device, UtcTime from, UtcTime to,
                                std::chrono::seconds offset, Opening opening);

} // namespace atrium::away
