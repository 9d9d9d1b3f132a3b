#pragma once

#include "atrium/http.h"
#include "storage/history_reader.h"

namespace atrium::storage {

/// What is shown beside the points.
struct HistoryHeading {
    DeviceId device;
    std::string attribute;
    std::string unit;
};

/// `GET /api/devices/{id}/history` as JSON; `statistics` null when nobody asked for them.
Object toView(const HistoryHeading& heading, const HistoryAnswer& answer, const HistoryStatistics* statistics);
/// The JSON Schema of that.
extern const char* const historySchema;

/// The points as a table (RFC 4180): `at,value` and, of summaries, `min,max,mean,count`. Where a gap begins, `value` is
/// empty. Texts that a spreadsheet would take for a formula are quoted with an apostrophe.
std::string toCsv(const HistoryAnswer& answer);

} // namespace atrium::storage
