#include "storage/history_recorder.h"

namespace atrium::storage {

HistoryRecorder::HistoryRecorder(Devices& devices, Scheduler& scheduler, AttributeNames& names, HistoryWriter& writer)
    : scheduler_(scheduler), names_(names), writer_(writer)
{
    onChange_ = devices.onAttributeChanged([this](const AttributeChanged& change) { add(change); });
    onDevice_ = devices.onDeviceChanged([this](const DeviceChanged& change) {
        if (change.after) return;
        flush();
        writer_.forget(change.before->info.id);
    });
}

AttributeKey HistoryRecorder::keyOf(const std::string& attribute)
{
    const auto known = keys_.find(attribute);
    return known != keys_.end() ? known->second : keys_.emplace(attribute, names_.keyOf(attribute)).first->second;
}

void HistoryRecorder::add(const AttributeChanged& change)
{
    const Attribute& attribute = change.attribute;
    if (attribute.assumed) return;
    waiting_.push_back({change.device.info.id, keyOf(attribute.spec->name), attribute.reportedAt, attribute.changedAt,
                        attribute.value, attribute.spec->history ? HistoryKeep::Samples : HistoryKeep::LastValueOnly});
    if (waiting_.size() >= batchSize) return flush();
    if (waiting_.size() == 1) timer_ = scheduler_.after(longestWait, [this] { flush(); });
}

void HistoryRecorder::flush()
{
    if (waiting_.empty()) return;
    std::vector<HistorySample> batch;
    batch.reserve(batchSize);
    batch.swap(waiting_);
    writer_.record(std::move(batch));
}

} // namespace atrium::storage
