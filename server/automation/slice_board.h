#pragma once

#include <atomic>
#include <csignal>
#include <cstdint>

namespace atrium::automation {

/// One page of memory that the script host shares with the server: what the host is running right now. The server
/// reads it to see a deadline that passed, and after the host died, to know whose fault it was.
/// Writer: the host's only thread. Reader: the server's `automation` thread.
struct SliceBoard {
    std::atomic<std::int64_t> startedCpu{0};  ///< process CPU time in ns when the slice began, less what earlier parts
                                              ///< of it took; 0 = idle
    std::atomic<std::int64_t> startedWall{0}; ///< CLOCK_MONOTONIC in ns when this part of it began
    std::atomic<bool> isContinued{false};     ///< this is not the first part of the slice
    std::atomic<std::uint64_t> run{0};        ///< 0 = loading a script
    std::atomic<std::uint32_t> instance{0};
    std::atomic<std::uint64_t> interruptions{0}; ///< slices that made place for others, counted each time
    std::atomic<bool> isUnfiltered{false};       ///< the kernel refused the host's filter of system calls
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

/// Sent to a host whose slice keeps others waiting: it is to interrupt the slice.
constexpr int letOthersIn = SIGUSR1;

} // namespace atrium::automation
