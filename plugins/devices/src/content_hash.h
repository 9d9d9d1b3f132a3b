#pragma once

#include "atrium/integration.h"

#include <cstddef>

namespace atrium::devices {

/// Hashes of what descriptions say: equal ones have equal hashes, in this process. Pure.
std::size_t hashOf(const AttributeSpec& spec);
std::size_t hashOf(const EntitySpec& spec);
std::size_t hashOf(const DeviceAnnouncement& announcement);

inline std::size_t mixed(std::size_t hash, std::size_t next)
{
    return (hash ^ (hash >> 29)) * 0x9E3779B97F4A7C15ULL + next;
}

} // namespace atrium::devices
