#pragma once

#include "automation/automation_service.h"
#include "automation/blueprints/blueprint_store.h"

#include <map>

namespace atrium::automation {

/// All blueprints and what was made of them. A changed blueprint changes no automation by itself: its text would act
/// with the rights of other people (ADR 12). Thread: core.
class BlueprintShelf {
public:
    template <class T>
    using Done = std::function<void(Result<T>)>;

    /// All outlive the shelf; the worker must have run out of tasks before destruction.
    BlueprintShelf(AutomationService& service, Database& database, const Devices& devices, const Clock& clock,
                   Executor& core, Executor& worker, Log& log);
    ~BlueprintShelf() { *alive_ = false; }

    /// Reads the tables. Thread: any that may block, not core; core runs already.
    void start();

    const std::map<std::int64_t, Blueprint>& all() const { return blueprints_; }
    const Blueprint* find(std::int64_t id) const;
    /// Of which blueprint an automation is; null when it is of none, or its text was edited since.
    const BlueprintUse* useOf(AutomationId id) const;
    std::size_t countUses(std::int64_t blueprint) const;

    /// Whether the text of a blueprint loads, tried with exampleOf() its inputs: the names of its rules, or
    /// Unprocessable with the place in its text.
    void check(const Blueprint& blueprint, Done<std::vector<std::string>> done);
    /// Adds (id 0) or replaces what stands the check. NotFound, Conflict, Unprocessable.
    void save(Blueprint blueprint, Done<std::int64_t> done);
    void remove(std::int64_t id, Done<std::int64_t> done);
    /// Makes an automation with the rights of `who`. NotFound, InvalidArgument, Unprocessable (it does not load).
    void instantiate(std::int64_t id, const std::string& name, const Object& inputs, const Principal& who,
                     Done<AutomationId> done);
    /// Makes an automation anew of the newest version of its blueprint, with the rights of `who`; inputs that are not
    /// given stay.
    void renew(AutomationId id, const Object& inputs, const Principal& who, Done<AutomationId> done);

private:
    void store(Blueprint blueprint, Done<std::int64_t> done);
    void make(AutomationId id, const Blueprint& blueprint, const std::string& name, const Object& inputs,
              const Principal& who, Done<AutomationId> done);
    /// Runs `work` on a worker and `then` on core with its result.
    template <class T>
    void onWorker(std::function<Result<T>()> work, Done<T> then);

    AutomationService& service_;
    BlueprintStore store_;
    const Devices& devices_;
    const Clock& clock_;
    Executor& core_;
    Executor& worker_;
    Log& log_;
    std::map<std::int64_t, Blueprint> blueprints_;
    std::map<AutomationId, BlueprintUse> uses_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace atrium::automation
