#include "automation/simulation/rule_tests.h"

#include "atrium/json.h"
#include "automation/duration.h"
#include "automation/local_schedule.h"

#include <algorithm>

namespace atrium::automation {

namespace {

/// Plays one test: does what it asks for, step by step.
class RuleTest {
public:
    RuleTest(const WorldPlan& plan, const std::string& name, const std::string& source)
        : world_(plan), zone_(plan.site.zone)
    {
        const auto loaded = world_.load(name, source);
        if (!loaded) throw SimulationError(loaded.error().message.en);
    }

    RuleTestResult run(const RuleView& test)
    {
        RuleTestResult result{test.name, test.line, false, {}};
        const auto started = world_.engine().startTest(World::automation, test.name);
        if (!started) throw SimulationError(started.error().message.en);
        for (;;) {
            world_.settle();
            const auto* call = world_.pending();
            if (!call) break;
            answer(*call);
        }
        for (const auto* run : world_.engine().runner().live(World::automation))
            if (run->rule == test.name) throw SimulationError("the test does not go on");
        for (const auto* run : world_.engine().runLog().runs(World::automation, RunLog::runsKept)) {
            if (run->rule != test.name) continue;
            result.passed = run->state == RunState::Finished;
            result.message = run->message;
            return result;
        }
        throw SimulationError("the test left no trace");
    }

private:
    void answer(const World::TestCall& call)
    {
        if (call.function == "restart_server") {
            world_.shutdown();
            world_.answer(true, {}); // in the journal, or the test would restart it again
            return world_.restart();
        }
        const bool clock = call.function == "clock";
        try {
            if (clock) setClock(call.arguments);
            else perform(call.function, call.arguments);
        }
        catch (const SimulationError& error) {
            return world_.answer(false, error.what());
        }
        world_.answer(true, {});
        // Schedules and the sun are those of a server that starts at that time.
        if (clock) world_.restart();
    }

    static std::string text(const List& arguments, std::size_t index, const char* what)
    {
        if (index >= arguments.size() || !arguments[index].isText()) throw SimulationError(what);
        return arguments[index].text();
    }

    void perform(const std::string& function, const List& arguments)
    {
        if (function == "advance") {
            const auto duration = parseDuration(text(arguments, 0, "advance wants a duration such as 2m"));
            if (!duration) throw SimulationError("advance wants a duration such as 2m");
            world_.advanceTo(world_.clock().now() + *duration);
        }
        else if (function == "set") set(arguments);
        else if (function == "history") plant(arguments);
        else if (function == "online") {
            if (arguments.size() < 2 || !arguments[1].isBoolean())
                throw SimulationError("online wants a device, and true or false");
            world_.devices().setOnline(device(text(arguments, 0, "online wants a device"))->info->id,
                                       arguments[1].boolean());
        }
        else if (function == "mqtt") {
            const auto payload = arguments.size() < 2    ? std::string()
                                 : arguments[1].isText() ? arguments[1].text()
                                                         : toJson(arguments[1]);
            world_.mqtt().deliver(text(arguments, 0, "mqtt wants a topic"), payload);
        }
        else if (function == "event") {
            const auto* data = arguments.size() < 2 ? nullptr : arguments[1].ifObject();
            world_.engine().raiseEvent(text(arguments, 0, "event wants a name"), data ? *data : Object{},
                                       Cause{newCorrelationId(), "test", 0});
        }
        else if (function == "hook") callHook(arguments);
        else if (function == "http") {
            const auto* answer = arguments.size() < 2 ? nullptr : arguments[1].ifObject();
            if (!answer) throw SimulationError("http wants an address and an answer, e.g. {status = 200, json = {}}");
            world_.setWebAnswer(text(arguments, 0, "http wants an address"), *answer);
        }
        else if (function == "mode") {
            const auto set = world_.engine().surroundings().setMode(text(arguments, 0, "mode wants a mode"),
                                                                    Cause{newCorrelationId(), "test", 0});
            if (!set) throw SimulationError(set.error().message.en);
        }
        else if (function == "got") expectEffect(arguments);
        else expectNothing(text(arguments, 0, ""));
        world_.settle();
    }

    void callHook(const List& arguments)
    {
        const auto name = text(arguments, 0, "hook wants a name");
        Object event{{"name", name}, {"method", "POST"}, {"query", Object{}}};
        if (arguments.size() > 1 && arguments[1].isText()) event.set("body", arguments[1]);
        else if (arguments.size() > 1) event.set("body", toJson(arguments[1])).set("json", arguments[1]);
        for (const char* method : {"POST", "PUT", "GET"}) {
            event.set("method", method);
            if (world_.engine().hook(World::automation, name, method, event, Cause{newCorrelationId(), "test", 0}) > 0)
                return;
        }
        throw SimulationError("nobody waits for the hook \"" + name + "\"");
    }

    void setClock(const List& arguments)
    {
        const auto local = text(arguments, 0, "clock wants a local time such as 2026-10-25 02:59:00");
        const auto zone = arguments.size() > 1 ? text(arguments, 1, "clock wants a time zone second") : zone_;
        const auto time = parseLocalTime(local, zone);
        if (!time) throw SimulationError("no local time: " + local + " " + zone);
        world_.clock().jumpTo(*time);
    }

    DevicePtr device(const std::string& uid)
    {
        const auto found = world_.devices().find(uid);
        if (!found) throw SimulationError("unknown device \"" + uid + "\"");
        return found;
    }

    struct Place {
        DeviceId device;
        std::string attribute;
        Value::Kind kind;
        /// As the attribute holds it.
        Value of(const Value& value) const
        {
            return kind == Value::Kind::Number && value.ifNumber() ? Value(*value.ifNumber()) : value;
        }
    };

    /// `device.attribute` as first argument, something as second.
    Place place(const List& arguments, const char* wanted)
    {
        const auto path = text(arguments, 0, wanted);
        const auto dot = path.rfind('.');
        if (dot == std::string::npos || arguments.size() < 2) throw SimulationError(wanted);
        const auto target = device(path.substr(0, dot));
        const auto name = path.substr(dot + 1);
        const auto* attribute = target->find(name);
        if (!attribute) throw SimulationError("\"" + path + "\": there is no such attribute");
        return {target->info->id, name, attribute->spec->kind};
    }

    void set(const List& arguments)
    {
        const auto target = place(arguments, "set wants device.attribute and a value");
        world_.report(target.device, target.attribute, target.of(arguments[1]));
    }

    /// Values of the past: how long ago, and what.
    void plant(const List& arguments)
    {
        constexpr const char* wanted = "history wants device.attribute and values, e.g. {[\"2d\"] = 100}";
        const auto target = place(arguments, wanted);
        const auto* values = arguments[1].ifObject();
        if (!values) throw SimulationError(wanted);
        for (const auto& [ago, value] : *values) {
            const auto duration = parseDuration(ago);
            if (!duration) throw SimulationError(wanted);
            world_.history().add(target.device, target.attribute, world_.clock().now() - *duration, target.of(value));
        }
    }

    static bool matches(const SimulatedEffect& effect, const std::string& target)
    {
        return !effect.expected && (target.empty() || effect.target == target);
    }

    std::string happened(const std::string& target)
    {
        std::string list;
        for (const auto& effect : world_.effects())
            if (matches(effect, target)) list += (list.empty() ? "" : "; ") + toText(effect);
        return list.empty() ? "nothing" : list;
    }

    void expectEffect(const List& arguments)
    {
        const auto target = text(arguments, 0, "expect wants a name");
        const auto name = text(arguments, 1, "got wants the name of a command");
        const Value wanted = arguments.size() > 2 ? arguments[2] : Value();
        const auto fits = [&](const SimulatedEffect& effect) {
            if (!matches(effect, target) || effect.name != name) return false;
            if (!wanted.isObject()) return wanted.isNull() || effect.arguments == wanted;
            return std::all_of(wanted.object().begin(), wanted.object().end(), [&](const auto& member) {
                const auto* given = effect.arguments.find(member.first);
                return given && *given == member.second;
            });
        };
        auto& effects = world_.effects();
        const auto found = std::find_if(effects.begin(), effects.end(), fits);
        if (found != effects.end()) {
            found->expected = true;
            return;
        }
        SimulatedEffect missing;
        missing.target = target;
        missing.name = name;
        missing.arguments = wanted;
        throw SimulationError("expected " + toText(missing) + "; happened: " + happened(target));
    }

    void expectNothing(const std::string& target)
    {
        const auto list = happened(target);
        if (list != "nothing") throw SimulationError("expected nothing more; happened: " + list);
    }

    World world_;
    std::string zone_;
};

} // namespace

Result<std::vector<RuleTestResult>> runRuleTests(const WorldPlan& plan, const std::string& name,
                                                 const std::string& source)
{
    std::vector<RuleView> rules;
    {
        World world(plan);
        auto loaded = world.load(name, source);
        if (!loaded) return loaded.error();
        rules = std::move(*loaded);
    }
    std::vector<RuleTestResult> results;
    for (const auto& rule : rules) {
        if (!rule.isTest) continue;
        try {
            results.push_back(RuleTest(plan, name, source).run(rule));
        }
        catch (const SimulationError& error) {
            results.push_back({rule.name, rule.line, false, error.what()});
        }
    }
    return results;
}

} // namespace atrium::automation
