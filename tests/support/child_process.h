#pragma once

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

namespace atrium::testing {

/// A program that a test started; killed at the latest with this object, and by the kernel when the test dies.
class ChildProcess {
public:
    /// `output` is the file that takes stdout and stderr.
    ChildProcess(const std::vector<std::string>& command, const std::string& output);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t id() const { return id_; }
    void signal(int number) const;
    /// SIGSTOP; returns when every thread of it stands still.
    void freeze();
    bool running();
    /// The exit status as of waitpid(2); throws when it does not end in time.
    int wait(std::chrono::milliseconds limit);

private:
    pid_t id_ = -1;
    bool reaped_ = false;
    int status_ = 0;
};

/// Whether something listens on a TCP port of the loopback; and one that is free now.
bool isListening(int port);
int freePort();

} // namespace atrium::testing
