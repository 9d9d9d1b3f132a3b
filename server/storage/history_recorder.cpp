#include "storage/history_recorder.h"

#include <algorithm>

namespace atrium::storage {

namespace {

/// Whether values of the attribute are kept, and known now.
bool isRecorded(const Attribute& attribute)
{
    return attribute.spec->history && !attribute.assumed() && !attribute.value.isNull();
}

SeriesKind kindOf(const AttributeSpec& spec)
{
    using Kind = Value::Kind;
    return spec.kind == Kind::Boolean || spec.kind == Kind::Integer || spec.kind == Kind::Number ? SeriesKind::Numbers
                                                                                                 : SeriesKind::Others;
}

} // namespace

std::vector<HistorySample> lastValuesOf(const Device& device, AttributeNames& names)
{
    std::vector<HistorySample> values;
    for (const auto& attribute : device.attributes) {
        const Value& reported = attribute.assumed() ? attribute.desired->reported : attribute.value;
        if (attribute.reportedAt == UtcTime{} || reported.isNull()) continue;
        values.push_back({device.info->id, names.keyOf(attribute.spec->name), HistoryKeep::LastValueOnly,
                          kindOf(*attribute.spec), attribute.reportedAt,
                          std::min(attribute.changedAt, attribute.reportedAt), reported});
    }
    return values;
}

HistoryRecorder::HistoryRecorder(Devices& devices, Scheduler& scheduler, const Clock& clock, AttributeNames& names,
                                 HistoryWriter& writer)
    : scheduler_(scheduler), clock_(clock), names_(names), writer_(writer)
{
    const auto take = [this](const AttributeChanged& change) {
        if (!change.attribute.assumed()) add(change.device.info->id, change.attribute, change.attribute.reportedAt);
    };
    onChange_ = devices.onAttributeChanged(take);
    onConfirmed_ = devices.onConfirmed(take);
    onDevice_ = devices.onDeviceChanged([this](const DeviceChanged& change) {
        if (change.after) return change.after->online ? endGap(*change.after) : beginGap(*change.after);
        away_.erase(change.before->info->id);
        flush();
        writer_.forget(change.before->info->id);
    });
}

void HistoryRecorder::beginGap(const Device& device)
{
    const auto now = clock_.now();
    if (!away_.emplace(device.info->id, now).second) return;
    for (const auto& attribute : device.attributes)
        if (isRecorded(attribute))
            push({device.info->id,
                  keyOf(attribute.spec->name),
                  HistoryKeep::Gap,
                  kindOf(*attribute.spec),
                  now,
                  now,
                  {}});
}

void HistoryRecorder::endGap(const Device& device)
{
    const auto away = away_.find(device.info->id);
    if (away == away_.end()) return;
    const auto since = away->second;
    away_.erase(away);
    // What was reported since has ended the gap by itself; the rest is as it was.
    for (const auto& attribute : device.attributes)
        if (isRecorded(attribute) && attribute.reportedAt < since) add(device.info->id, attribute, clock_.now());
}

AttributeKey HistoryRecorder::keyOf(const std::string& attribute)
{
    const auto known = keys_.find(attribute);
    return known != keys_.end() ? known->second : keys_.emplace(attribute, names_.keyOf(attribute)).first->second;
}

void HistoryRecorder::add(DeviceId device, const Attribute& attribute, UtcTime at)
{
    push({device, keyOf(attribute.spec->name),
          attribute.spec->history ? HistoryKeep::Samples : HistoryKeep::LastValueOnly, kindOf(*attribute.spec), at,
          attribute.changedAt, attribute.value});
}

void HistoryRecorder::push(HistorySample sample)
{
    waiting_.push_back(std::move(sample));
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
