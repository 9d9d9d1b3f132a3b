#pragma once

#include "discovered_device.h"

#include <unordered_map>
#include <vector>

namespace atrium::devices {

/// The attributes of each entity of a device, in the order of the entities.
using Layout = std::vector<std::vector<Shared<AttributeSpec>>>;

/// Descriptions that devices of one model have in common, held once. Those that nobody holds any more are dropped from
/// time to time. Thread: core.
class SpecPool {
public:
    /// Puts the pool's own specs in the place of equal ones.
    void intern(Description& description);
    Shared<Layout> layoutOf(const Description& description);

private:
    template <class T>
    struct Shelf {
        std::unordered_multimap<std::size_t, Shared<T>> known;
        std::size_t nextSweep = 1024;

        template <class Equal>
        void intern(std::size_t hash, Shared<T>& value, Equal&& isEqual);
    };
    Shelf<AttributeSpec> attributes_;
    Shelf<EntitySpec> entities_;
    Shelf<Layout> layouts_;
};

} // namespace atrium::devices
