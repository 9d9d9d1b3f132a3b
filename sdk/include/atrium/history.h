#pragma once

#include "atrium/ids.h"
#include "atrium/time.h"
#include "atrium/value.h"

#include <optional>
#include <string_view>
#include <vector>

namespace atrium {

/// A value that a device had from `at` on.
struct RecordedSample {
    UtcTime at{};
    Value value;
};

/// What was recorded of attributes, as samples: those are kept for `history.raw.days`, and the last one before that.
/// Times in which nobody knew the value hold no sample. Blocks: never call it on core. Throws StorageError.
class History {
public:
    virtual ~History() = default;

    /// With from <= at < to, oldest first; at most the newest `limit`.
    virtual std::vector<RecordedSample> between(DeviceId device, std::string_view attribute, UtcTime from, UtcTime to,
                                                std::size_t limit) const = 0;
    /// The newest one before `time`: what held then. Empty when nothing is known that far back.
    virtual std::optional<RecordedSample> before(DeviceId device, std::string_view attribute, UtcTime time) const = 0;
};

} // namespace atrium
