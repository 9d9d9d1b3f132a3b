#pragma once

#include "atrium/history.h"
#include "storage/history_reader.h"

namespace atrium::storage {

/// The history that plugins read.
class RecordedSamples : public History {
public:
    /// `reader` outlives it.
    explicit RecordedSamples(const HistoryReader& reader) : reader_(reader) {}

    std::vector<RecordedSample> between(DeviceId device, std::string_view attribute, UtcTime from, UtcTime to,
                                        std::size_t limit) const override;
    std::optional<RecordedSample> before(DeviceId device, std::string_view attribute, UtcTime time) const override;

private:
    const HistoryReader& reader_;
};

} // namespace atrium::storage
