#pragma once

#include <cstdint>

namespace atrium::automation {

/// Whether what triggers see is remembered for people who ask why nothing happened. Off only to measure what it costs.
enum class Tracing : std::uint8_t { On, Off };

} // namespace atrium::automation
