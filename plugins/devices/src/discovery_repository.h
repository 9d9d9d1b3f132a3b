#pragma once

#include "atrium/database.h"
#include "atrium/ids.h"

#include <string>
#include <vector>

namespace atrium::devices {

/// A row of table `discovered_devices`.
struct StoredDescription {
    DeviceId id;
    std::string uid;         ///< empty = to be deleted
    std::string description; ///< JSON
};

/// Table `discovered_devices`. Thread: may block.
class DiscoveryRepository {
public:
    explicit DiscoveryRepository(Database& database) : database_(database) {}

    /// At most `limit` rows in the order of their ids, from the first one after `after`.
    std::vector<StoredDescription> load(DeviceId after, std::size_t limit);
    /// Inserts, replaces and deletes, all in one transaction.
    void write(const std::vector<StoredDescription>& rows);

private:
    Database& database_;
};

} // namespace atrium::devices
