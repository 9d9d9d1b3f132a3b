#pragma once

#include "atrium/commands.h"
#include "atrium/devices.h"
#include "testing/handler_list.h"

#include <map>
#include <memory>
#include <vector>

namespace atrium::testing {

/// Command dispatch without audit and outbox: keeps each command and its messages, and marks the assumed
/// state. `toggle` is resolved from the attribute `status`. Thread: the test's.
class FakeCommands : public Commands {
public:
    explicit FakeCommands(Devices& devices) : devices_(devices) {}

    void send(Command command, std::function<void(Result<CommandReceipt>)> done) override
    {
        const auto device = devices_.find(command.device);
        if (!device) {
            done(makeError(ErrorCode::NotFound));
            return;
        }
        if (command.name == "toggle") command.name = device->value("status") == Value(true) ? "off" : "on";
        sent.push_back(command);
        const auto handler = handlers_->find(device->info->integration);
        if (handler == handlers_->end()) {
            done(makeError(ErrorCode::Unavailable));
            return;
        }
        auto plan = handler->second(*device, command);
        if (!plan) {
            done(plan.error());
            return;
        }
        for (auto& publication : plan->publications) published.push_back(std::move(publication));
        for (const auto& [name, value] : plan->assumed) devices_.assume(command.device, name, value, command.cause);
        done(CommandReceipt{std::to_string(sent.size()), devices_.find(command.device)});
    }

    Subscription handle(std::string integration, CommandHandler handler) override
    {
        handlers_->insert_or_assign(integration, std::move(handler));
        return Subscription([handlers = handlers_, integration] { handlers->erase(integration); });
    }

    Subscription onOutcome(std::function<void(const CommandOutcome&)> handler) override
    {
        return outcomes_.add(std::move(handler));
    }
    /// Says how a command ended.
    void end(const CommandOutcome& outcome) { outcomes_.call(outcome); }

    std::vector<Command> sent;
    std::vector<MqttPublication> published;

private:
    Devices& devices_;
    HandlerList<const CommandOutcome&> outcomes_;
    std::shared_ptr<std::map<std::string, CommandHandler>> handlers_ =
        std::make_shared<std::map<std::string, CommandHandler>>();
};

} // namespace atrium::testing
