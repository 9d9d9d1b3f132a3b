#pragma once

#include "atrium/time.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace atrium::runtime {

/// How a child process is started.
struct ChildOptions {
    std::vector<std::string> arguments; ///< [0] is the program, found through PATH and /usr/sbin
    /// Descriptors that the child gets: {ours, number in the child}. All others are closed in it.
    std::vector<std::pair<int, int>> descriptors;
    /// Sent to the child when the thread that started it ends, however it ends (PR_SET_PDEATHSIG); 0 = none.
    int deathSignal = 0;
    /// Minimal: PATH, LANG and TZ only, for a child that must not see secrets in our environment.
    enum class Environment { Inherited, Minimal } environment = Environment::Inherited;
};

/// One child process. Destroying it kills and reaps what still runs. Thread: one at a time.
class ChildProcess {
public:
    ChildProcess() = default;
    /// Throws std::runtime_error when the program cannot be started (also when exec fails).
    explicit ChildProcess(const ChildOptions& options);
    ChildProcess(ChildProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess();

    pid_t pid() const { return pid_; }
    bool running() const { return pid_ > 0; }

    void signal(int number) const;
    /// Waits at most `timeout`; the wait status (see waitpid) when the child has ended and is reaped.
    std::optional<int> wait(std::chrono::milliseconds timeout);
    /// SIGTERM, then SIGKILL after `patience`; reaps.
    void stop(std::chrono::milliseconds patience);

private:
    pid_t pid_ = -1;
};

/// `exited with 3` or `killed by signal 11`, from a wait status.
std::string describeExit(int waitStatus);

/// The full path of a program: as given when it holds a slash, else searched in PATH, /usr/sbin and /sbin; empty =
/// absent.
std::string findProgram(const std::string& name);

} // namespace atrium::runtime
