#pragma once

#include "atrium/database.h"
#include "storage/history_sample.h"

#include <optional>
#include <unordered_map>
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

/// The last value of each series.
using LastValues = std::unordered_map<SeriesKey, HistorySample, SeriesKeyHash>;
/// Keeps the newer one.
void keepLast(LastValues& values, const HistorySample& sample);

/// Everything that one transaction writes, ready to be run again after a deadlock. Pure until write() is called. Rows
/// are made as they are written, a few hundred at a time: as parameters they are ten times as large as here.
class HistoryBatch {
public:
    /// `samples` in the order of arrival; two samples of a series at the same microsecond are one, the later. Samples
    /// that are not storable are left out: one must not keep all others from being written.
    HistoryBatch(std::vector<HistorySample> samples, const LastValues& alsoLast);

    /// Thread: storage-writer; within a Write transaction. Throws StorageError.
    void write(Transaction& transaction) const;
    std::size_t sampleCount() const { return samples_.size(); }

private:
    // Each in the order of its key: neighbours in the tree are written together, and writers lock in one order.
    std::vector<HistorySample> samples_;
    std::vector<HistorySample> last_;
};

} // namespace atrium::storage
