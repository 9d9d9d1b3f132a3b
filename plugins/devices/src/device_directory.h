#pragma once

#include "description_store.h"
#include "discovered_device.h"
#include "picture_store.h"
#include "spec_pool.h"

#include "atrium/clock.h"
#include "atrium/commands.h"
#include "atrium/devices.h"
#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/scheduler.h"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>

namespace atrium::devices {

struct DeviceEdit;

/// Gives announced devices their identity: who announces a known identifier or MAC address speaks of a known device.
/// Announcements are collected for a moment, so that a device of thirty entities is described once and not thirty
/// times; what is reported meanwhile waits with them. What it keeps of a device is little: the description is the
/// device in the state. Thread: core, except where a method says otherwise.
class DeviceDirectory : public Integrations, public std::enable_shared_from_this<DeviceDirectory> {
public:
    /// DeviceInfo::integration of all discovered devices; their entities name the integration that speaks for them.
    static constexpr const char* integration = "discovered";
    static constexpr std::int64_t firstId = 1'000'001;
    static constexpr std::chrono::milliseconds gathering{20};

    struct Services {
        DiscoveryRepository& repository;
        Devices& devices;
        Executor& core;
        Executor& workers;
        Scheduler& scheduler;
        const Clock& clock;
        Log& log;
        Metrics& metrics;
        PictureStore& pictures;
    };

    explicit DeviceDirectory(Services services);

    std::shared_ptr<IntegrationPort> open(std::string integration, EntityPlanner planner) override;

    /// Brings all stored devices into the state. Thread: may block, not core.
    void restore();
    /// Writes what waits to be stored. Thread: may block, not core.
    void flush() { store_->flush(); }
    bool has(DeviceId id) const { return records_.contains(id); }
    /// What people choose wins over what the device says from now on.
    bool edit(DeviceId id, const DeviceEdit& edit);
    bool remove(DeviceId id);
    /// Serves Commands for all discovered devices.
    Result<CommandPlan> plan(const Device& device, const Command& command);

private:
    friend class DirectoryPort;
    using Keys = std::unordered_map<SharedText, DeviceId, std::hash<SharedText>, std::equal_to<>>;

    /// An integration that speaks for a device.
    struct Voice {
        SharedText integration;
        SharedText key;             ///< DeviceAnnouncement::key
        std::size_t saidBefore = 0; ///< hash of its last announcement; 0 = none since the start
    };
    /// What is said of a device that waits to be put into the state.
    struct Gathered {
        Description description;
        std::vector<Report> reports; ///< that came meanwhile
    };
    struct Record {
        std::vector<Voice> voices;
        SharedList<Entity> entities; ///< as the state got them
        Shared<Layout> layout;       ///< their attributes
        std::unique_ptr<Gathered> gathered;

        const Voice* voiceOf(std::string_view integration) const;
    };

    void announce(const std::string& integration, DeviceAnnouncement announcement);
    void withdraw(const std::string& integration, std::string_view key);
    /// A device that says only now who it is may be one that somebody else announced before: the two become one.
    DeviceId joined(DeviceId id, const std::string& integration, const DeviceAnnouncement& announcement);
    bool isSpokenForByOthers(const std::string& integration, std::string_view identifier) const;
    DeviceId idOf(const std::string& integration, std::string_view key) const;
    Record* find(DeviceId id);
    Description describe(DeviceId id) const;
    /// Its entities and attributes, as reports name them.
    void learn(Record& record, Description& description);
    void gather(DeviceId id, Record& record, Description description);
    void put(const Record& record, const Description& description);
    void takeStored(DeviceId id, Description description);
    void putGathered();
    void putNow(DeviceId id);
    void index(DeviceId id, const Description& description);
    std::string freeUid(const DeviceInfo& info) const;

    const Services to_;
    std::map<std::string, EntityPlanner, std::less<>> planners_;
    std::unordered_map<DeviceId, Record> records_;
    std::unordered_map<std::string, DeviceId> byIdentity_;
    std::map<SharedText, Keys, std::less<>> byKey_; ///< of each integration
    std::unordered_map<DeviceId, PeoplesChoice> chosen_;
    std::set<std::string> gatheredUids_; ///< which the state does not know yet
    std::int64_t nextId_ = firstId;
    std::vector<DeviceId> gathered_;
    Subscription gatherTimer_;
    SpecPool pool_;
    const std::shared_ptr<DescriptionStore> store_;
    std::mutex mutex_; ///< of planners_
};

} // namespace atrium::devices
