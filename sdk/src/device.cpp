#include "atrium/device.h"

#include <atomic>
#include <cstdio>
#include <random>

namespace atrium {

const Attribute* Device::find(std::string_view name) const
{
    for (const auto& attribute : attributes)
        if (attribute.spec.name == name) return &attribute;
    return nullptr;
}

const Value& Device::value(std::string_view name) const
{
    static const Value null;
    const Attribute* attribute = find(name);
    return attribute ? attribute->value : null;
}

std::string newCorrelationId()
{
    // Unique within the site and not guessable in order; no secret, so a per-thread Mersenne twister is enough.
    thread_local std::mt19937_64 random{std::random_device{}()};
    char buffer[17];
    std::snprintf(buffer, sizeof buffer, "%016llx", static_cast<unsigned long long>(random()));
    return buffer;
}

} // namespace atrium
