#pragma once

#include "atrium/clock.h"
#include "atrium/commands.h"
#include "atrium/database.h"
#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/metrics.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace atrium::commands {

/// A command on its way: what is on disk before anybody is told that it was accepted.
struct StoredCommand {
    std::string id;
    DeviceId device;
    std::string name;
    Value arguments;
    std::string origin; ///< who asked: `user:4`, `rule:...`
    std::string correlationId;
    UtcTime at{};
    std::vector<MqttPublication> publications;
    Object assumed;             ///< the values that the device is taken to have until it reports
    std::string idempotencyKey; ///< Command::idempotencyKey
};

/// A key that a command was accepted with.
struct AcceptedKey {
    std::string key;
    std::string command;
    DeviceId device;
    UtcTime at{};
};

/// What the last command to a device assumed.
struct AssumedValues {
    DeviceId device;
    Object values;
    UtcTime at{};
};

/// Table `commands`: the audit line of each command and, until the broker has it, its outbox. Writes of many commands
/// share one transaction (group commit) on the worker pool. Bounded: over the limit a command is refused.
class CommandStore {
public:
    CommandStore(Database& database, Executor& workers, const Clock& clock, Log& log, Metrics& metrics,
                 std::size_t queueLimit = 10'000);
    /// Waits for writes in hand.
    ~CommandStore();

    /// `done` is called on a worker with nothing when the command is on disk, or with the error. Thread: any.
    void add(StoredCommand command, std::function<void(Result<void>)> done);
    /// The broker has all messages of the command. Thread: any.
    void markSent(std::string id);

    /// How the command ended: `confirmed`, `assumed`, `replaced` or `timed_out`. Thread: any.
    void markEnded(std::string id, std::string status);

    /// Commands that were accepted but not sent before the last stop, oldest first; older than `maxAge` are closed as
    /// expired: a light that goes on a day late helps nobody. Thread: may block.
    std::vector<StoredCommand> loadUnsent(std::chrono::seconds maxAge);

    /// The idempotency keys of commands that are not older than `maxAge`, the newest `limit`, oldest first.
    /// Thread: may block.
    std::vector<AcceptedKey> recentKeys(std::chrono::seconds maxAge, std::size_t limit);

    /// The last accepted command of each device, for the state of a server that starts again. Thread: may block.
    std::vector<AssumedValues> lastAssumed();

    /// Waits until everything given so far is on disk. Thread: may block.
    void flush();

private:
    struct Pending {
        StoredCommand command;
        std::function<void(Result<void>)> done;
    };

    void scheduleFlush();
    void writePending();

    Database& database_;
    Executor& workers_;
    const Clock& clock_;
    Log& log_;
    Counter& refused_;
    const std::size_t queueLimit_;

    std::mutex mutex_;
    std::condition_variable idle_;
    std::vector<Pending> added_;
    std::vector<std::string> sent_;
    std::vector<std::pair<std::string, std::string>> ended_; ///< id and status
    bool flushing_ = false;
};

} // namespace atrium::commands
