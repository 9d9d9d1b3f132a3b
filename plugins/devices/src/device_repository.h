#pragma once

#include "atrium/database.h"
#include "atrium/device.h"

namespace atrium::devices {

/// A device as it is stored: what people and discovery know, without its state.
struct StoredDevice {
    DeviceInfo info;
    std::vector<AttributeSpec> attributes;
};

/// Table `devices`. Thread: may block.
class DeviceRepository {
public:
    explicit DeviceRepository(Database& database) : database_(database) {}

    std::vector<StoredDevice> loadAll();
    /// Stores a new device and gives it an id and, when `uid` is taken, a uid with a number behind it.
    StoredDevice add(StoredDevice device);
    /// False when there is no such device.
    bool update(const StoredDevice& device);
    bool remove(DeviceId id);

private:
    Database& database_;
};

/// Lower-case letters, digits and `-` of a text, accents dropped: `Lumière Salon` becomes `lumiere-salon`.
std::string slug(std::string_view text);

} // namespace atrium::devices
