#pragma once

#include <cstdint>

namespace atrium::automation::lua {

// What the script host gives up before it runs the first script, so that somebody who breaks out of Lua has reached a
// process that can do nothing (ADR 16). Thread: main, before there are others.

/// Descriptors from `firstUnused` on are closed; no new privileges, no core file, nothing written to files, no further
/// processes or threads, `addressSpace` bytes of memory at most.
void confine(int firstUnused, std::uint64_t addressSpace);

/// From here on the kernel refuses (EPERM) each system call that reading and writing the socket, memory, the clock and
/// the end do not need: nothing is opened, connected, started, traced or signalled. False when the kernel or who
/// started us does not allow filters, or under a sanitizer, which needs more.
[[nodiscard]] bool filterSystemCalls();

} // namespace atrium::automation::lua
