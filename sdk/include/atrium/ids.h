#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace atrium {

/// A number that names one thing of a kind; numbers of different kinds do not mix. 0 names nothing.
template <class Tag>
struct Id {
    std::int64_t value = 0;

    constexpr Id() = default;
    constexpr explicit Id(std::int64_t number) : value(number) {}
    constexpr explicit operator bool() const { return value != 0; }
    auto operator<=>(const Id&) const = default;
};

using DeviceId = Id<struct DeviceTag>;
using UserId = Id<struct UserTag>;
using SessionId = Id<struct SessionTag>;
using AutomationId = Id<struct AutomationTag>;
using RunId = Id<struct RunTag>;

} // namespace atrium

template <class Tag>
struct std::hash<atrium::Id<Tag>> {
    std::size_t operator()(atrium::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
