#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/executor.h"
#include "atrium/metrics.h"
#include "atrium/scheduler.h"
#include "runtime/handler_list.h"

#include <map>
#include <mutex>
#include <unordered_map>

namespace atrium::state {

/// The values of one device as the database kept them.
struct RestoredAttribute {
    Value value;
    UtcTime changedAt{};
    UtcTime reportedAt{};
    SharedIfAny<DesiredValue> desired; ///< by a command that was newer than the last report
};
using RestoredState = std::unordered_map<DeviceId, std::map<std::string, RestoredAttribute, std::less<>>>;

/// All devices. Core writes working copies; what changed is published to readers at most every 10 ms as immutable
/// snapshots, so that a flood of messages costs one copy a device and interval, not one a message.
class DeviceRegistry : public Devices {
public:
    static constexpr std::chrono::milliseconds publishInterval{10};

    DeviceRegistry(const Clock& clock, Executor& core, Scheduler& scheduler, Metrics& metrics);

    /// The last values that put() gives to devices that it has not seen yet. Thread: before core runs.
    void restore(RestoredState state) { restored_ = std::move(state); }

    DevicePtr find(DeviceId id) const override;
    DevicePtr find(std::string_view uidOrName) const override;
    std::shared_ptr<const DeviceList> list() const override;
    DevicePage page(std::size_t first, std::size_t count) const override;

    Result<void> put(DeviceInfo info, std::vector<Attribute> attributes, SharedList<Entity> entities = {}) override;
    bool remove(DeviceId id) override;
    bool report(const Report& report) override;
    void refuse(DeviceId id, RefusedReport report) override;
    std::optional<RefusedReport> refused(DeviceId id) const override;
    bool assume(DeviceId id, std::string_view attribute, Value value, const Cause& cause) override;
    bool giveUp(DeviceId id, std::string_view attribute, const Cause& cause) override;
    void setOnline(DeviceId id, bool online) override;
    void setAvailability(DeviceId id, int entity, Availability availability) override;
    void raise(const DeviceEvent& event) override;

    Subscription onAttributeChanged(std::function<void(const AttributeChanged&)> handler) override;
    Subscription onConfirmed(std::function<void(const AttributeChanged&)> handler) override;
    Subscription onEvent(std::function<void(const DeviceEvent&)> handler) override;
    Subscription onDeviceChanged(std::function<void(const DeviceChanged&)> handler) override;
    Subscription onPublished(std::function<void(const std::vector<DevicePtr>&)> handler) override;

    /// Makes what changed visible to readers now. Thread: core.
    void publish();

private:
    /// While it is clean, `device` is the very object that readers have: one copy of 10,000 devices, not two. The times
    /// of the last reports change with every message and would make each of them a new object: they wait here.
    struct Slot {
        std::shared_ptr<Device> device;
        std::vector<UtcTime> reportedAt;
        UtcTime lastSeen{};
        bool dirty = false;
    };
    enum class Certainty { Reported, Assumed };

    void assertOnCore() const;
    bool apply(Slot& slot, std::string_view attribute, const Value& value, UtcTime at, Certainty certainty,
               const Cause& cause);
    /// The device to change; readers see the result with the next interval.
    Device& edit(Slot& slot);
    void publishSoon();
    void bringOnline(Slot& slot);
    void restoreValues(Slot& slot);
    /// Of published_, where the device is or belongs. Holds mutex_.
    std::vector<DevicePtr>::const_iterator placeOf(DeviceId id) const;
    DevicePtr publishedOf(DeviceId id) const;

    const Clock& clock_;
    Executor& core_;
    Scheduler& scheduler_;
    Counter& refusedValues_;

    // Core only.
    std::unordered_map<DeviceId, Slot> slots_;
    std::unordered_map<DeviceId, RefusedReport> refusedReports_; ///< of those that sent such
    std::vector<DeviceId> dirty_;
    bool publishPending_ = false;
    SteadyTime lastPublish_{};
    Subscription publishTimer_;
    RestoredState restored_;

    runtime::HandlerList<AttributeChanged> attributeHandlers_;
    runtime::HandlerList<AttributeChanged> confirmedHandlers_;
    runtime::HandlerList<DeviceEvent> eventHandlers_;
    runtime::HandlerList<DeviceChanged> deviceHandlers_;
    runtime::HandlerList<std::vector<DevicePtr>> publishedHandlers_;

    // Readers.
    mutable std::mutex mutex_;
    /// By id.
    std::vector<DevicePtr> published_;
    std::unordered_map<std::string, DeviceId> byUid_;
    std::unordered_map<std::string, DeviceId> byName_;
    std::uint64_t version_ = 1;
    /// The list that was handed out last, for who asks at the same time. Not kept: it holds each device as it was then.
    mutable std::weak_ptr<const DeviceList> list_;
};

} // namespace atrium::state
