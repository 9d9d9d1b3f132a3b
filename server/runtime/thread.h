#pragma once

#include <functional>
#include <string>
#include <thread>

namespace atrium::runtime {

/// Names the calling thread for debuggers and `top -H` (at most 15 bytes are kept).
void nameCurrentThread(const std::string& name);

/// Starts a thread with a name; every signal is blocked in it, and an exception that escapes `body` ends the process
/// with the thread's name in the log, because a thread that silently ends would leave the house half alive.
std::thread startThread(std::string name, std::function<void()> body);

/// Moves a long-lived descriptor above 4096, so that libraries that use select() (libmosquitto, FD_SETSIZE) and
/// Pistache's fd % workers see small numbers only. Returns the new descriptor and closes the old one; -1 with errno on
/// failure.
int moveDescriptorUp(int descriptor);

} // namespace atrium::runtime
