#include "atrium/device.h"

#include <atomic>
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
