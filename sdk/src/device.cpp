#include "atrium/device.h"

#include <atomic>
#include <random>

namespace atrium {

const Attribute* Device::find(std::string_view name) const
{
    for (const auto& attribute : attributes)
        if (attribute.spec->name == name) return &attribute;
    return nullptr;
}

const Value& Device::value(std::string_view name) const
{
    static const Value null;
    const Attribute* attribute = find(name);
    return attribute ? attribute->value : null;
}

int Device::entityIndex(std::string_view id) const
{
    for (std::size_t i = 0; i < entities.size(); ++i)
        if (entities[i].id == id) return static_cast<int>(i);
    return -1;
}

const Attribute* Device::find(int entity, std::string_view role) const
{
    for (const auto& attribute : attributes)
        if (attribute.spec->entity == entity && attribute.spec->role == role) return &attribute;
    return nullptr;
}

const char* toString(Availability availability)
{
    constexpr const char* names[] = {"available", "never_heard", "offline", "silent"};
    return names[static_cast<int>(availability)];
}

const char* toString(EntityCategory category)
{
    constexpr const char* names[] = {"primary", "config", "diagnostic"};
    return names[static_cast<int>(category)];
}

std::string newCorrelationId()
{
    // Unique within the site and not guessable in order; no secret, so a per-thread Mersenne twister is enough.
    thread_local std::mt19937_64 random{std::random_device{}()};
    constexpr char digits[] = "0123456789abcdef";
    std::string id(16, '0');
    auto number = random();
    for (auto& digit : id) {
        digit = digits[number & 15];
        number >>= 4;
    }
    return id;
}

} // namespace atrium
