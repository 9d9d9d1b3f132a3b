#pragma once

#include "atrium/database.h"
#include "storage/history_sample.h"

#include <vector>

namespace atrium::storage {

/// Of which samples a batch writes last values.
enum class LastValues {
    OfAll,
    OnlyOwn, ///< of HistoryKeep::LastValueOnly; those of the others come another time
};

/// Everything that one transaction writes, ready to be run again after a deadlock. Pure until write() is called. Rows
/// are made as they are written, a few hundred at a time: as parameters they are ten times as large as here.
class HistoryBatch {
public:
    /// `samples` in the order of arrival; two samples of a series at the same microsecond are one, the later. Samples
    /// that are not storable are left out: one must not keep all others from being written. The last value of a series
    /// is its newest sample here that is no gap.
    explicit HistoryBatch(std::vector<HistorySample> samples, LastValues lastValues = LastValues::OfAll);

    /// Thread: storage-writer; within a Write transaction. Throws StorageError.
    void write(Transaction& transaction) const;
    /// Without those of which only the last value is kept.
    std::size_t sampleCount() const;

private:
    // In the order of the keys: neighbours in the tree are written together, and writers lock in one order.
    std::vector<HistorySample> samples_;
    LastValues lastValues_;
};

} // namespace atrium::storage
