#pragma once

#include "atrium/automation.h"
#include "atrium/commands.h"
#include "atrium/mqtt.h"
#include "automation/history_desk.h"
#include "automation/messages.h"
#include "automation/surroundings.h"
#include "automation/timed_commands.h"
#include "automation/web/web_desk.h"

#include <functional>
#include <map>

namespace atrium::automation {

/// Does what runs ask for: commands, publications, calls of plugins, questions about the past. Thread: core.
class Effects {
public:
    struct Request {
        StepKind kind = StepKind::Command;
        const Value& payload;
        std::string rule;
        Cause cause; ///< of the effect: one hop further than the run's
        std::string idempotencyKey;
        std::string provided; ///< of Call: PluginAutomation::key of who calls; empty = people's
        AutomationId automation;
    };
    /// Called once, on core, maybe before perform() returns: the result, or the reason as text.
    using Done = std::function<void(bool ok, Value result)>;

    /// `history` may be null: then nothing is recorded; `web` too: then there are no servers to ask.
    Effects(Executor& core, Commands& commands, Mqtt& mqtt, Surroundings& surroundings, HistoryDesk* history,
            WebDesk* web, TimedCommands& timedCommands, const Clock& clock)
        : core_(core), commands_(commands), mqtt_(mqtt), surroundings_(surroundings), history_(history), web_(web),
          timedCommands_(timedCommands), clock_(clock)
    {}

    ~Effects() { *alive_ = false; }
    void perform(const Request& request, Done done);

    /// Sees each effect before it is done; true = it was done there, and `done` is or will be called. For simulations.
    using Interceptor = std::function<bool(const Request&, const Done&)>;
    void intercept(Interceptor interceptor) { interceptor_ = std::move(interceptor); }

    /// Throws std::invalid_argument when the name is taken or no identifier.
    void addModule(AutomationModule module);
    /// Calls of it that were not answered yet fail.
    void removeModule(const std::string& name);
    std::vector<ModuleFunctions> modules() const;
    std::vector<AutomationModule> definitions() const;

private:
    void command(const Request& request, const Object& payload, Done done);
    void timedCommand(const Request& request, Command command, Done done);
    void send(Command command, Done done);
    void publish(const Object& payload, const Done& done);
    void call(const Request& request, const Object& payload, Done done);
    void answer(std::uint64_t number, const Result<Value>& result);

    /// A call of a plugin that is not answered yet.
    struct Pending {
        std::string module;
        std::string function;
        Done done;
    };

    Executor& core_;
    Commands& commands_;
    Mqtt& mqtt_;
    Surroundings& surroundings_;
    HistoryDesk* history_;
    WebDesk* web_;
    TimedCommands& timedCommands_;
    const Clock& clock_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::map<std::string, AutomationModule> modules_;
    std::map<std::uint64_t, Pending> pending_; ///< as many as runs wait
    std::uint64_t lastCall_ = 0;
    Interceptor interceptor_;
};

} // namespace atrium::automation
