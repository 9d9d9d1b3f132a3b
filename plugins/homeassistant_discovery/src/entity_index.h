#pragma once

#include "announced_device.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace atrium::homeassistant_discovery {

/// Which device an entity belongs to, by the entity's id. The ids are those in the devices: a place here is eight
/// bytes, where a map of 300,000 would be 15 MB. Thread: core.
class EntityIndex {
public:
    /// Null when no device has such an entity.
    AnnouncedDevice* find(std::string_view id) const;
    /// The device must have the entity while it is in here, and be the only one.
    void put(std::string_view id, AnnouncedDevice& device);
    /// Thread: core. Before the entity leaves its device.
    void erase(std::string_view id);
    std::size_t size() const { return used_; }

private:
    struct Place {
        std::uint32_t hash = 0;
        std::uint32_t device = none;
    };
    static constexpr std::uint32_t none = UINT32_MAX;
    static constexpr std::size_t nowhere = SIZE_MAX;

    static std::uint32_t hashOf(std::string_view id)
    {
        return static_cast<std::uint32_t>(std::hash<std::string_view>{}(id));
    }
    std::size_t placeOf(std::string_view id) const;
    std::size_t next(std::size_t place) const { return (place + 1) & (places_.size() - 1); }
    void insert(Place wanted);
    void grow();
    std::uint32_t numberOf(AnnouncedDevice& device);

    std::vector<Place> places_; ///< open addressing; a power of two of them
    std::size_t used_ = 0;
    /// Devices by number, with how many entities they have in here; a null one's number is free.
    struct Counted {
        AnnouncedDevice* device = nullptr;
        std::uint32_t entities = 0;
    };
    std::vector<Counted> devices_;
    std::vector<std::uint32_t> freeNumbers_;
    std::unordered_map<AnnouncedDevice*, std::uint32_t> numbers_;
};

} // namespace atrium::homeassistant_discovery
