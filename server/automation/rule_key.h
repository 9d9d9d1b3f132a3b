#pragma once

#include <compare>
#include <cstdint>

namespace atrium::automation {

/// One rule of one instance.
struct RuleKey {
    std::uint32_t instance = 0;
    std::uint32_t rule = 0;
    auto operator<=>(const RuleKey&) const = default;
};

} // namespace atrium::automation
