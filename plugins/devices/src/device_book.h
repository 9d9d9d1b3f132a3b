#pragma once

#include "device_directory.h"
#include "device_repository.h"

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/metrics.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace atrium::devices {

/// What a person may say of a device; empty = leave as it is.
struct DeviceEdit {
    std::optional<std::string> name;
    std::optional<std::string> type;
    std::optional<std::string> room;
    std::optional<std::int64_t> nominalPower;
};

/// Keeps the devices that people made in step in the database and in the server's state: adds, edits and removes them,
/// and takes their reports, learning attributes from what devices say.
class DeviceBook {
public:
    /// The value of DeviceInfo::integration of this plugin's devices.
    static constexpr const char* integration = "devices";

    DeviceBook(DeviceRepository& repository, DeviceDirectory& directory, Devices& devices, Executor& core,
               Executor& workers, const Clock& clock, Log& log, Metrics& metrics);

    /// Brings all stored devices into the state. Thread: may block, not core.
    void restore();

    /// Thread: may block, not core. Errors: Conflict, NotFound, Unavailable.
    Result<DevicePtr> add(DeviceEdit edit);
    Result<DevicePtr> edit(DeviceId id, const DeviceEdit& edit);
    Result<void> remove(DeviceId id);

    /// Takes the payload of a status topic. Bad ones are counted and logged now and then. Thread: core.
    void takeStatus(std::string_view deviceLevel, std::string_view payload, UtcTime at);

private:
    Result<void> onCore(std::function<bool()> change);
    Result<DevicePtr> putIntoState(const StoredDevice& device);
    /// False when there was nothing to learn.
    bool learn(const Device& device, const std::vector<std::pair<std::string, Value>>& values);
    /// The number in the topic, or the device of that name; an id of nothing else.
    DeviceId idOf(std::string_view deviceLevel) const;
    void refuse(std::string_view deviceLevel, const std::string& reason);

    DeviceRepository& repository_;
    DeviceDirectory& directory_;
    Devices& devices_;
    Executor& core_;
    Executor& workers_;
    const Clock& clock_;
    Log& log_;
    Counter& refused_;
    SteadyTime nextLog_{}; // core
};

/// The home that is shown when nobody has a device yet.
std::vector<DeviceEdit> demoHome();

} // namespace atrium::devices
