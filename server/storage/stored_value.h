#pragma once

#include "atrium/database.h"
#include "storage/history_sample.h"

#include <optional>
#include <vector>

namespace atrium::storage {

/// How a value is stored in `history_samples`: kind, number, text.
struct StoredValue {
    SqlValue kind;
    SqlValue number;
    SqlValue text;
};
StoredValue toStored(const Value& value);
Value fromStored(const SqlValue& kind, const SqlValue& number, const SqlValue& text);
/// The number that summaries count: integers, numbers and booleans (0, 1). Empty for everything else.
std::optional<double> summaryNumber(const Value& value);

/// Whether both databases take the value as it is: finite, clean UTF-8, at most 60,000 bytes.
bool isStorable(const Value& value);

} // namespace atrium::storage
