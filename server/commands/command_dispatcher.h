#pragma once

#include "atrium/clock.h"
#include "atrium/commands.h"
#include "atrium/devices.h"
#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/mqtt.h"
#include "commands/command_follower.h"
#include "commands/command_store.h"
#include "runtime/call_gate.h"
#include "runtime/handler_list.h"

#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>

namespace atrium::commands {

/// From a wish to messages: check, resolve, plan by the device's integration, store and send at the same time, assume,
/// follow. A command never sets state; what it assumes is marked as such until the device reports.
class CommandDispatcher : public Commands {
public:
    /// How long an idempotency key is remembered.
    static constexpr std::chrono::hours keyLifetime{1};
    static constexpr std::size_t keyLimit = 10'000;

    CommandDispatcher(Devices& devices, Mqtt& mqtt, CommandStore& store, Executor& core, Scheduler& scheduler,
                      const Clock& clock, Log& log, Metrics& metrics, ConfirmationPolicy policy = {});

    void send(Command command, std::function<void(Result<CommandReceipt>)> done) override;
    Subscription handle(std::string integration, CommandHandler handler) override;
    Subscription onOutcome(std::function<void(const CommandOutcome&)> handler) override;

    /// The keys of commands that an earlier life of the server accepted: what is asked for again is not sent again.
    /// Thread: core, or before it runs.
    void recall(const std::vector<AcceptedKey>& keys);
    /// Sends again what was accepted before the last stop but not acknowledged by the broker. Thread: core.
    void resend(const std::vector<StoredCommand>& commands);

private:
    struct Handler {
        runtime::CallGate gate;
        CommandHandler handler;
    };
    struct Seen {
        SteadyTime at;
        std::string commandId;
        DeviceId device;
    };

    void dispatch(Command command, std::function<void(Result<CommandReceipt>)> done);
    Result<CommandPlan> plan(const Device& device, const Command& command);
    void sendPublications(const std::string& id, const std::vector<MqttPublication>& publications);
    void ended(const CommandOutcome& outcome);
    const Seen* seenBefore(const std::string& key);
    void remember(const std::string& key, Seen seen);

    Devices& devices_;
    Mqtt& mqtt_;
    CommandStore& store_;
    Executor& core_;
    const Clock& clock_;
    Log& log_;
    Counter& accepted_;
    Counter& timedOut_;
    Counter& rejected_;

    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Handler>, std::less<>> handlers_;

    // Core only.
    std::unordered_map<std::string, Seen> seen_;
    std::deque<std::string> seenOrder_;
    runtime::HandlerList<CommandOutcome> outcomes_;
    CommandFollower follower_;
};

} // namespace atrium::commands
