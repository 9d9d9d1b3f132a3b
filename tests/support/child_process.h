#pragma once

#include "runtime/child_process.h"

#include <chrono>
#include <string>
#include <vector>

namespace atrium::testing {

/// A program that a test started, with its output in a file; killed at the latest with this object, and by the kernel
/// when the test dies.
class ChildProcess {
public:
    /// `output` is the file that takes stdout and stderr.
    ChildProcess(const std::vector<std::string>& command, const std::string& output);

    pid_t id() const { return child_.pid(); }
    void signal(int number) const { child_.signal(number); }
    /// SIGSTOP; returns when every thread of it stands still.
    void freeze();
    bool running();
    /// The exit status as of waitpid(2); throws when it does not end in time.
    int wait(std::chrono::milliseconds limit);

private:
    runtime::ChildProcess child_;
    int status_ = 0;
};

/// Whether something listens on a TCP port of the loopback.
bool isListening(int port);
/// A TCP port of the loopback that nobody uses, nor is given until this process ends: it is below those that the kernel
/// gives to outgoing connections (32768 and up), and its odd neighbour is kept bound as a claim that other tests see.
int freePort();

} // namespace atrium::testing
