#include "commands/command_dispatcher.h"

#include "atrium/json.h"

namespace atrium::commands {

namespace {

/// `toggle` becomes `off` for a device that is on (also only assumed), else `on`.
void resolveToggle(Command& command, const Device& device)
{
    if (command.name != "toggle") return;
    const Value* state = &device.value("status");
    if (!command.entity.empty())
        if (const Attribute* attribute = device.find(device.entityIndex(command.entity), "state"))
            state = &attribute->value;
    const bool isOn = *state == Value(true) || *state == Value("open") || *state == Value("opening");
    command.name = isOn ? "off" : "on";
}

} // namespace

CommandDispatcher::CommandDispatcher(Devices& devices, Mqtt& mqtt, CommandStore& store, Executor& core,
                                     Scheduler& scheduler, const Clock& clock, Log& log, Metrics& metrics,
                                     ConfirmationPolicy policy)
    : devices_(devices), mqtt_(mqtt), store_(store), core_(core), clock_(clock), log_(log),
      accepted_(metrics.counter("atrium_commands_total", "Commands by result", {{"result", "accepted"}})),
      timedOut_(metrics.counter("atrium_commands_total", "Commands by result", {{"result", "timed_out"}})),
      rejected_(metrics.counter("atrium_commands_total", "Commands by result", {{"result", "rejected"}})),
      follower_(devices, scheduler, clock, metrics, policy,
                {[this](const OpenCommand& command) {
                     log_.info("a command is repeated", {{"command", command.id},
                                                         {"device", command.command.device.value},
                                                         {"correlation", command.command.cause.correlationId}});
                     for (const auto& publication : command.publications)
                         if (!mqtt_.publish(publication))
                             log_.warning("the outbox is full", {{"topic", publication.topic}});
                 },
                 [this](const CommandOutcome& outcome) { ended(outcome); }})
{}

Subscription CommandDispatcher::onOutcome(std::function<void(const CommandOutcome&)> handler)
{
    return outcomes_.add(std::move(handler));
}

void CommandDispatcher::ended(const CommandOutcome& outcome)
{
    if (outcome.result == CommandResult::TimedOut) {
        timedOut_.add();
        log_.warning("a command was not confirmed", {{"command", outcome.id},
                                                     {"device", outcome.command.device.value},
                                                     {"name", outcome.command.name},
                                                     {"origin", outcome.command.cause.origin},
                                                     {"correlation", outcome.command.cause.correlationId}});
    }
    constexpr const char* words[] = {"confirmed", "assumed", "replaced", "timed_out"};
    // Assumed is no news on disk: sent is all that is known, and the outbox must stay until the broker has it.
    if (outcome.result != CommandResult::Assumed) store_.markEnded(outcome.id, words[static_cast<int>(outcome.result)]);
    outcomes_.call(outcome);
}

Subscription CommandDispatcher::handle(std::string integration, CommandHandler handler)
{
    auto entry = std::make_shared<Handler>();
    entry->handler = std::move(handler);
    std::lock_guard lock(mutex_);
    if (!handlers_.emplace(integration, entry).second)
        throw std::invalid_argument("the commands of integration " + integration + " are handled already");
    return Subscription([this, integration = std::move(integration), entry] {
        entry->gate.close();
        std::lock_guard guard(mutex_);
        handlers_.erase(integration);
    });
}

void CommandDispatcher::send(Command command, std::function<void(Result<CommandReceipt>)> done)
{
    if (core_.isCurrent()) {
        dispatch(std::move(command), std::move(done));
        return;
    }
    auto shared = std::make_shared<std::function<void(Result<CommandReceipt>)>>(std::move(done));
    if (!core_.post([this, command = std::move(command), shared] { dispatch(command, std::move(*shared)); }))
        (*shared)(makeError(ErrorCode::Unavailable, {}, "the core queue is full"));
}

void CommandDispatcher::dispatch(Command command, std::function<void(Result<CommandReceipt>)> done)
{
    const auto reject = [&](Error error) {
        rejected_.add();
        log_.info("command refused", {{"device", command.device.value},
                                      {"command", command.name},
                                      {"origin", command.cause.origin},
                                      {"reason", error.message.en},
                                      {"correlation", command.cause.correlationId}});
        done(std::move(error));
    };
    if (const Seen* seen = command.idempotencyKey.empty() ? nullptr : seenBefore(command.idempotencyKey)) {
        done(CommandReceipt{seen->commandId, devices_.find(seen->device)});
        return;
    }
    const auto device = devices_.find(command.device);
    if (!device) return reject(makeError(ErrorCode::NotFound, {"Appareil non trouvé", "Device not found"}));
    if (command.cause.hops > Cause::maxHops)
        return reject(makeError(ErrorCode::Unprocessable,
                                {"Boucle d'automatisations interrompue", "A loop of automations was cut"}));
    if (command.cause.correlationId.empty()) command.cause.correlationId = newCorrelationId();
    resolveToggle(command, *device);

    auto planned = plan(*device, command);
    if (!planned) return reject(planned.error());

    StoredCommand stored;
    stored.id = newCorrelationId();
    stored.device = command.device;
    stored.name = command.name;
    stored.arguments = command.arguments;
    stored.origin = command.cause.origin;
    stored.correlationId = command.cause.correlationId;
    stored.at = clock_.now();
    stored.publications = planned->publications;
    stored.assumed = planned->assumed;
    stored.idempotencyKey = command.idempotencyKey;
    const std::string id = stored.id;
    if (!command.idempotencyKey.empty()) remember(command.idempotencyKey, {clock_.steadyNow(), id, command.device});

    for (const auto& [attribute, value] : planned->assumed)
        devices_.assume(command.device, attribute, value, command.cause);
    accepted_.add();

    OpenCommand open{id, command, stored.publications, stored.assumed, planned->confirmation};

    // Sending does not wait for the disk; the answer does. A crash in between repeats an idempotent command at worst.
    sendPublications(id, stored.publications);
    follower_.follow(std::move(open));
    auto answer = std::make_shared<std::function<void(Result<CommandReceipt>)>>(std::move(done));
    store_.add(std::move(stored), [this, answer, id, device = command.device](Result<void> outcome) {
        const bool posted = core_.post([this, answer, id, device, outcome] {
            if (!outcome) (*answer)(outcome.error());
            else (*answer)(CommandReceipt{id, devices_.find(device)});
        });
        if (!posted) (*answer)(makeError(ErrorCode::Unavailable, {}, "the core queue is full"));
    });
}

Result<CommandPlan> CommandDispatcher::plan(const Device& device, const Command& command)
{
    std::shared_ptr<Handler> handler;
    {
        std::lock_guard lock(mutex_);
        if (const auto found = handlers_.find(device.info->integration); found != handlers_.end())
            handler = found->second;
    }
    const Error nobody = makeError(ErrorCode::Unavailable, {"Cet appareil ne peut pas être commandé pour le moment",
                                                            "This device cannot be commanded at the moment"});
    if (!handler) return nobody;
    Result<CommandPlan> planned = nobody;
    try {
        handler->gate.pass([&] { planned = handler->handler(device, command); });
    }
    catch (const std::exception& error) {
        return makeError(ErrorCode::Internal, {}, error.what());
    }
    return planned;
}

void CommandDispatcher::sendPublications(const std::string& id, const std::vector<MqttPublication>& publications)
{
    // Counts down to the last acknowledgement; core only.
    auto open = std::make_shared<std::size_t>(publications.size());
    if (publications.empty()) store_.markSent(id);
    for (const auto& publication : publications) {
        const auto queued = mqtt_.publish(publication, [this, open, id] {
            if (--*open == 0) store_.markSent(id);
        });
        // It stays `pending` on disk and is sent again after the next start.
        if (!queued) log_.warning("a command waits for room in the outbox", {{"topic", publication.topic}});
    }
}

void CommandDispatcher::recall(const std::vector<AcceptedKey>& keys)
{
    for (const auto& [key, command, device, at] : keys)
        remember(key, {clock_.steadyNow() - (clock_.now() - at), command, device});
}

void CommandDispatcher::resend(const std::vector<StoredCommand>& commands)
{
    for (const auto& command : commands) sendPublications(command.id, command.publications);
    if (!commands.empty()) log_.info("commands from before the last stop are sent again", {{"count", commands.size()}});
}

const CommandDispatcher::Seen* CommandDispatcher::seenBefore(const std::string& key)
{
    const auto found = seen_.find(key);
    if (found == seen_.end() || clock_.steadyNow() - found->second.at > keyLifetime) return nullptr;
    return &found->second;
}

void CommandDispatcher::remember(const std::string& key, Seen seen)
{
    if (seen_.insert_or_assign(key, std::move(seen)).second) seenOrder_.push_back(key);
    while (seenOrder_.size() > keyLimit) {
        seen_.erase(seenOrder_.front());
        seenOrder_.pop_front();
    }
}

} // namespace atrium::commands
