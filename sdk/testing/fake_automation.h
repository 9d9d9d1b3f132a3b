#pragma once

#include "atrium/automation.h"

#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace atrium::testing {

/// Automation without rules: the test calls the functions that a plugin offers and reads the events that it raised.
/// Thread: the test's.
class FakeAutomation : public Automation {
public:
    struct Event {
        std::string name;
        Object data;
        Cause cause;
    };

    Subscription addModule(AutomationModule module) override
    {
        modules_->push_back(std::move(module));
        const auto place = std::prev(modules_->end());
        return Subscription([modules = modules_, place] { modules->erase(place); });
    }
    void check(std::string, std::function<void(Result<void>)> done) override { done({}); }
    void provide(PluginAutomation automation) override { provided[automation.key] = std::move(automation); }
    void withdraw(std::string key) override { provided.erase(key); }
    std::vector<UpcomingRun> upcoming(std::string_view, UtcTime, std::size_t) const override { return {}; }
    void raiseEvent(std::string name, Object data, const Cause& cause) override
    {
        raised.push_back({std::move(name), std::move(data), cause});
    }

    /// `module.function(arguments...)` as a rule would call it, of the automation that was provided under a key where
    /// one is given; NotFound when nobody offers it. Each call is another step, unless it has an idempotency key. Waits
    /// for an answer that takes a while, ten seconds at most: then Unavailable.
    Result<Value> call(std::string_view module, std::string_view function, std::vector<Value> arguments,
                       std::string providedKey = {}, std::string idempotencyKey = {}) const
    {
        if (idempotencyKey.empty()) idempotencyKey = "run:" + std::to_string(++*steps_);
        for (const auto& known : *modules_) {
            if (known.name != module) continue;
            for (const auto& candidate : known.functions)
                if (candidate.name == function)
                    return answerOf(candidate, {"test-rule",
                                                {"test", "rule:test-rule", 1},
                                                idempotencyKey,
                                                std::move(arguments),
                                                providedKey});
        }
        return makeError(ErrorCode::NotFound);
    }

    std::vector<Event> raised;
    std::map<std::string, PluginAutomation> provided;

private:
    static Result<Value> answerOf(const AutomationFunction& function, const AutomationCall& call)
    {
        if (function.call) return function.call(call);
        const auto answer = std::make_shared<std::promise<Result<Value>>>();
        auto given = answer->get_future();
        const auto once = std::make_shared<std::once_flag>();
        function.start(call, [answer, once](Result<Value> result) {
            std::call_once(*once, [&] { answer->set_value(std::move(result)); });
        });
        if (given.wait_for(std::chrono::seconds{10}) == std::future_status::ready) return given.get();
        return makeError(ErrorCode::Unavailable);
    }

    std::shared_ptr<std::list<AutomationModule>> modules_ = std::make_shared<std::list<AutomationModule>>();
    std::shared_ptr<int> steps_ = std::make_shared<int>(0);
};

} // namespace atrium::testing
