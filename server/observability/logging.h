#pragma once

#include "atrium/log.h"
#include "atrium/metrics.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace atrium::observability {

enum class LogFormat { Human, Json };

/// The log of the process: one line an event, human or JSON, a level per component that can be changed while running.
/// Lines go through a bounded queue to the thread `log`, so that a slow terminal or journal never stalls a thread of
/// the house; when the queue is full, lines are dropped, counted, and the loss is written to the log. Thread: any.
class Logging {
public:
    /// Writes to `descriptor` (2 = stderr), which stays open.
    Logging(LogFormat format, LogLevel level, int descriptor = 2, std::size_t queueLimit = 8192);
    /// Writes out what is queued, for at most two seconds.
    ~Logging();

    /// The log of one component, e.g. `mqtt` or `plugin.devices`; lives as long as this object.
    Log& component(const std::string& name);

    void setLevel(LogLevel level);
    /// Overrides the level of one component and of those below it (`plugin` covers `plugin.devices`).
    void setLevel(const std::string& component, LogLevel level);

    /// Counts dropped lines.
    const Counter& dropped() const { return dropped_; }
    /// Waits until everything queued so far is written; for tests and the end of the process.
    void flush();

private:
    class Component;

    LogLevel levelOf(const std::string& component) const;
    void applyLevels();
    void enqueue(std::string line);
    void run();
    std::string format(const std::string& component, LogLevel level, std::string_view message,
                       const Object& fields) const;

    const LogFormat format_;
    const int descriptor_;
    const std::size_t queueLimit_;
    Counter dropped_;

    mutable std::mutex mutex_;
    LogLevel level_;
    std::map<std::string, LogLevel> levels_;
    std::map<std::string, std::unique_ptr<Component>> components_;

    std::mutex queueMutex_;
    std::condition_variable wake_;
    std::condition_variable idle_;
    std::deque<std::string> queue_;
    bool writing_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

/// `trace`, `debug`, `info`, `warning`, `error`; empty for another word.
std::optional<LogLevel> parseLogLevel(std::string_view word);

/// Whether a field of this name is replaced by `***`: passwords, tokens, secrets, keys, cookies.
bool isSecretField(std::string_view name);

} // namespace atrium::observability
