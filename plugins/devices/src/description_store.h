#pragma once

#include "discovered_device.h"
#include "discovery_repository.h"

#include "atrium/devices.h"
#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/scheduler.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace atrium::devices {

/// Brings descriptions of discovered devices to the database, in batches some time after they changed. What waits is
/// one entry a device, without its description: that is made from the device's snapshot when it is written.
class DescriptionStore : public std::enable_shared_from_this<DescriptionStore> {
public:
    static constexpr std::chrono::milliseconds delay{500};
    /// Descriptions of one transaction.
    static constexpr std::size_t batch = 100;

    DescriptionStore(DiscoveryRepository& repository, const Devices& devices, Executor& workers, Scheduler& scheduler,
                     Log& log)
        : repository_(repository), devices_(devices), workers_(workers), scheduler_(scheduler), log_(log)
    {}

    /// Thread: core.
    void store(DeviceId id, PeoplesChoice chosen, std::map<std::string, std::string> keys);
    void remove(DeviceId id);
    /// Writes what waits. Thread: may block, not core.
    void flush();

private:
    /// What the snapshot of the device does not say.
    struct Saying {
        PeoplesChoice chosen;
        std::map<std::string, std::string> keys;
    };
    using Waiting = std::map<DeviceId, std::optional<Saying>>; ///< empty = to be deleted

    void add(DeviceId id, std::optional<Saying> saying);

    DiscoveryRepository& repository_;
    const Devices& devices_;
    Executor& workers_;
    Scheduler& scheduler_;
    Log& log_;

    std::mutex mutex_;
    Waiting waiting_;
    bool runs_ = false; ///< core
    Subscription timer_;
};

} // namespace atrium::devices
