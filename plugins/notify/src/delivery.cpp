#include "delivery.h"

#include <algorithm>
#include <array>

namespace atrium::notify {

std::chrono::microseconds retryDelay(int attempts)
{
    using namespace std::chrono_literals;
    constexpr std::array<std::chrono::microseconds, 5> delays{10s, 1min, 5min, 15min, 1h};
    return delays[static_cast<std::size_t>(std::clamp(attempts - 1, 0, static_cast<int>(delays.size()) - 1))];
}

} // namespace atrium::notify
