#include "batch.h"

#include <memory>
#include <mutex>

namespace atrium::devices {

namespace {

struct Batch {
    std::mutex mutex;
    std::vector<StepOutcome> outcomes;
    std::size_t open = 0;
    std::function<void(std::vector<StepOutcome>)> done;
};

StepOutcome outcomeOf(DeviceId device, const Result<CommandReceipt>& receipt, Named named)
{
    StepOutcome outcome{device};
    if (receipt) {
        outcome.commandId = receipt->id;
        return outcome;
    }
    const auto code = receipt.error().code;
    const bool cannot = code == ErrorCode::Unprocessable || code == ErrorCode::InvalidArgument;
    outcome.result = cannot && named == Named::WithOthers ? StepOutcome::Result::Skipped : StepOutcome::Result::Failed;
    outcome.reason = receipt.error().message;
    return outcome;
}

} // namespace

void sendAll(Commands& commands, std::vector<DeviceStep> steps, Named named, const Cause& cause,
             const std::string& idempotencyKey, std::function<void(std::vector<StepOutcome>)> done)
{
    if (steps.empty()) return done({});
    const auto batch = std::make_shared<Batch>();
    batch->outcomes.resize(steps.size());
    batch->open = steps.size();
    batch->done = std::move(done);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        auto& step = steps[i];
        Command command;
        command.device = step.device;
        command.entity = std::move(step.entity);
        command.name = std::move(step.command);
        if (!step.arguments.empty()) command.arguments = std::move(step.arguments);
        command.cause = cause;
        if (!idempotencyKey.empty()) command.idempotencyKey = idempotencyKey + '#' + std::to_string(i);
        commands.send(std::move(command), [batch, i, device = step.device, named](Result<CommandReceipt> receipt) {
            std::unique_lock lock(batch->mutex);
            batch->outcomes[i] = outcomeOf(device, receipt, named);
            if (--batch->open > 0) return;
            lock.unlock();
            batch->done(std::move(batch->outcomes));
        });
    }
}

} // namespace atrium::devices
