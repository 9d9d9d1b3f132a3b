#include "automation/effects.h"

#include <algorithm>
#include <stdexcept>

namespace atrium::automation {

namespace {

constexpr std::size_t maxResultBytes = 32 * 1024;

bool isIdentifier(const std::string& name)
{
    return !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0])) &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

} // namespace

void Effects::addModule(AutomationModule module)
{
    static constexpr const char* reserved[] = {
        "device",  "devices", "rule",    "role",   "user",     "on",    "any",     "none",     "every",
        "at",      "cron",    "sunrise", "sunset", "event",    "mqtt",  "startup", "shutdown", "webhook",
        "require", "log",     "print",   "wait",   "wait_for", "sun",   "house",   "history",  "http",
        "test",    "string",  "table",   "math",   "pcall",    "error", "assert",  "pairs",    "ipairs"};
    if (!isIdentifier(module.name) || modules_.contains(module.name) ||
        std::any_of(std::begin(reserved), std::end(reserved), [&](const char* name) { return module.name == name; }))
        throw std::invalid_argument("automation module \"" + module.name + "\": the name is taken or no identifier");
    for (const auto& function : module.functions)
        if (!isIdentifier(function.name) || !function.call == !function.start)
            throw std::invalid_argument("automation module \"" + module.name + "\": function \"" + function.name +
                                        "\"");
    modules_.emplace(module.name, std::move(module));
}

void Effects::removeModule(const std::string& name)
{
    modules_.erase(name);
    std::vector<Done> left;
    for (auto call = pending_.begin(); call != pending_.end();) {
        const auto next = std::next(call);
        if (call->second.module == name) left.push_back(std::move(pending_.extract(call).mapped().done));
        call = next;
    }
    for (const auto& done : left) done(false, "the module is gone");
}

std::vector<AutomationModule> Effects::definitions() const
{
    std::vector<AutomationModule> list;
    for (const auto& [name, module] : modules_) list.push_back(module);
    return list;
}

std::vector<ModuleFunctions> Effects::modules() const
{
    std::vector<ModuleFunctions> list;
    for (const auto& [name, module] : modules_) {
        ModuleFunctions functions{name, {}};
        for (const auto& function : module.functions) functions.functions.push_back(function.name);
        list.push_back(std::move(functions));
    }
    return list;
}

void Effects::perform(const Request& request, Done done)
{
    const auto* payload = request.payload.ifObject();
    if (!payload) return done(false, "malformed request");
    if (interceptor_ && interceptor_(request, done)) return;
    switch (request.kind) {
    case StepKind::Command: return command(request, *payload, std::move(done));
    case StepKind::Publish: return publish(*payload, done);
    case StepKind::Call: return call(request, *payload, std::move(done));
    case StepKind::History:
        if (history_) return history_->ask(*payload, std::move(done));
        return done(false, "nothing is recorded here");
    case StepKind::Web:
        if (web_) return web_->ask(request.automation, *payload, std::move(done));
        return done(false, "there are no servers to ask");
    default: return done(false, "malformed request");
    }
}

void Effects::command(const Request& request, const Object& payload, Done done)
{
    Command command;
    command.device = DeviceId{Value(payload).integerOr("device", 0)};
    command.name = Value(payload).textOr("name", "");
    if (const auto* arguments = payload.find("arguments")) command.arguments = *arguments;
    if (surroundings_.find(command.device)) {
        const auto mode = command.arguments.textOr("mode", "");
        if (command.device != Surroundings::houseId || command.name != "set" || mode.empty())
            return done(false, "what can be set is house:set{mode = ...}");
        const auto set = surroundings_.setMode(mode, request.cause);
        return done(set.ok(), set ? Value() : Value(set.error().message.en));
    }
    command.cause = request.cause;
    command.idempotencyKey = request.idempotencyKey;
    if (payload.find("for")) return timedCommand(request, std::move(command), std::move(done));
    send(std::move(command), std::move(done));
}

void Effects::timedCommand(const Request& request, Command command, Done done)
{
    TimedCommand after;
    after.device = command.device;
    after.uid = request.payload.textOr("uid", "");
    after.rule = request.rule;
    after.state = command.name == "on";
    after.due = clock_.now() + std::chrono::microseconds(request.payload.integerOr("for", 0));
    after.name = after.state ? "off" : "on";
    if (const auto* values = request.payload.find("after")) {
        after.name = "set";
        after.arguments = *values;
    }
    const auto device = after.device;
    timedCommands_.promise(std::move(after), [this, alive = alive_, device, command = std::move(command),
                                              done = std::move(done)](bool kept) mutable {
        if (!*alive) return;
        if (!kept) {
            timedCommands_.takeBack(device);
            return done(false, "its end could not be stored, so it was not begun");
        }
        send(std::move(command), [this, device, done = std::move(done)](bool ok, Value result) {
            if (!ok) timedCommands_.takeBack(device);
            done(ok, std::move(result));
        });
    });
}

void Effects::send(Command command, Done done)
{
    commands_.send(std::move(command), [done = std::move(done)](Result<CommandReceipt> receipt) {
        if (receipt) done(true, {});
        else done(false, receipt.error().message.en);
    });
}

void Effects::publish(const Object& payload, const Done& done)
{
    const Value view(payload);
    MqttPublication publication;
    publication.topic = view.textOr("topic", "");
    publication.payload = view.textOr("payload", "");
    publication.qos = static_cast<int>(view.integerOr("qos", 1));
    publication.retain = view.booleanOr("retain", false);
    const auto published = mqtt_.publish(std::move(publication));
    if (published) done(true, {});
    else done(false, published.error().message.en);
}

void Effects::call(const Request& request, const Object& payload, Done done)
{
    const Value view(payload);
    const auto module = modules_.find(view.textOr("module", ""));
    const auto name = view.textOr("function", "");
    if (module == modules_.end()) return done(false, "the module is gone");
    const auto& functions = module->second.functions;
    const auto function =
        std::find_if(functions.begin(), functions.end(), [&](const auto& candidate) { return candidate.name == name; });
    if (function == functions.end()) return done(false, "the function is gone");
    AutomationCall call{request.rule, request.cause, request.idempotencyKey, {}, request.provided};
    if (const auto* arguments = payload.find("arguments"); arguments && arguments->isList())
        call.arguments = arguments->list();
    const auto number = ++lastCall_;
    pending_.emplace(number, Pending{module->first, name, std::move(done)});
    try {
        if (function->call) return answer(number, function->call(call));
        function->start(call, [this, &core = core_, alive = alive_, number](Result<Value> result) {
            const auto tell = [this, alive, number, result = std::move(result)] {
                if (*alive) answer(number, result);
            };
            if (core.isCurrent()) tell();
            else core.postPatiently(tell);
        });
    }
    catch (...) {
        answer(number, makeError(ErrorCode::Internal));
    }
}

void Effects::answer(std::uint64_t number, const Result<Value>& result)
{
    const auto call = pending_.extract(number);
    if (call.empty()) return; // a second answer
    const auto& [module, function, done] = call.mapped();
    if (!result && result.error().code == ErrorCode::Internal) done(false, module + "." + function + " failed");
    else if (!result) done(false, result.error().message.en);
    else if (wireSize(*result) > maxResultBytes) done(false, "the result is larger than 32 KiB");
    else done(true, *result);
}

} // namespace atrium::automation
