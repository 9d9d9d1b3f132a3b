#include "automation/blueprints/blueprint_shelf.h"

#include "automation/automation_errors.h"
#include "automation/core_answer.h"

#include <algorithm>

namespace atrium::automation {

namespace {

Error unknownBlueprint()
{
    return makeError(ErrorCode::NotFound, {"Ce modèle n'existe pas", "There is no such blueprint"});
}

} // namespace

BlueprintShelf::BlueprintShelf(AutomationService& service, Database& database, const Devices& devices,
                               const Clock& clock, Executor& core, Executor& worker, Log& log)
    : service_(service), store_(database), devices_(devices), clock_(clock), core_(core), worker_(worker), log_(log)
{}

void BlueprintShelf::start()
{
    auto blueprints = store_.blueprints();
    auto uses = store_.uses();
    core_.post([this, alive = alive_, blueprints = std::move(blueprints), uses = std::move(uses)]() mutable {
        if (!*alive) return;
        for (auto& blueprint : blueprints) blueprints_[blueprint.id] = std::move(blueprint);
        for (auto& use : uses) uses_[use.automation] = std::move(use);
    });
}

template <class T>
void BlueprintShelf::onWorker(std::function<Result<T>()> work, Done<T> then)
{
    const bool posted = worker_.post([this, alive = alive_, work = std::move(work), then] {
        Result<T> result = makeError(ErrorCode::Internal);
        try {
            result = work();
        }
        catch (const std::exception& error) {
            log_.error("blueprints cannot be stored", {{"reason", error.what()}});
        }
        core_.postPatiently([alive, then, result = std::move(result)] {
            if (*alive) then(result);
        });
    });
    if (!posted) then(busy());
}

const Blueprint* BlueprintShelf::find(std::int64_t id) const
{
    const auto found = blueprints_.find(id);
    return found == blueprints_.end() ? nullptr : &found->second;
}

const BlueprintUse* BlueprintShelf::useOf(AutomationId id) const
{
    const auto found = uses_.find(id);
    const auto* entry = service_.find(id);
    if (found == uses_.end() || !entry || !find(found->second.blueprint)) return nullptr;
    return versionOf(entry->row.source) == found->second.textVersion ? &found->second : nullptr;
}

std::size_t BlueprintShelf::countUses(std::int64_t blueprint) const
{
    return static_cast<std::size_t>(std::count_if(uses_.begin(), uses_.end(), [&](const auto& use) {
        return use.second.blueprint == blueprint && useOf(use.first);
    }));
}

void BlueprintShelf::check(const Blueprint& blueprint, Done<std::vector<std::string>> done)
{
    auto example = exampleOf(blueprint.inputs);
    Engine::Script script{{}, blueprint.name, textOf(blueprint, example.inputs), blueprint.author};
    script.standIns = std::move(example.standIns);
    service_.engine().validate(std::move(script),
                               [done, source = blueprint.source](Result<std::vector<std::string>> rules) {
                                   if (!rules) return done(scriptError(rules.error(), source));
                                   done(std::move(rules));
                               });
}

void BlueprintShelf::save(Blueprint blueprint, Done<std::int64_t> done)
{
    if (blueprint.id != 0 && !find(blueprint.id)) return done(unknownBlueprint());
    check(blueprint, [this, blueprint, done](const Result<std::vector<std::string>>& rules) {
        if (!rules) return done(rules.error());
        store(blueprint, done);
    });
}

void BlueprintShelf::store(Blueprint blueprint, Done<std::int64_t> done)
{
    blueprint.version = 1;
    blueprint.updatedAt = clock_.now();
    if (blueprint.id != 0) {
        const auto* known = find(blueprint.id);
        if (!known) return done(unknownBlueprint());
        blueprint.version = known->version + 1;
    }
    onWorker<std::int64_t>([this, blueprint] { return store_.save(blueprint); },
                           [this, blueprint, done](Result<std::int64_t> saved) {
                               if (saved) {
                                   auto& kept = blueprints_[*saved];
                                   kept = blueprint;
                                   kept.id = *saved;
                               }
                               done(std::move(saved));
                           });
}

void BlueprintShelf::remove(std::int64_t id, Done<std::int64_t> done)
{
    if (!find(id)) return done(unknownBlueprint());
    onWorker<std::int64_t>(
        [this, id]() -> Result<std::int64_t> {
            store_.remove(id);
            return id;
        },
        [this, id, done](Result<std::int64_t> removed) {
            if (removed) {
                blueprints_.erase(id);
                std::erase_if(uses_, [&](const auto& use) { return use.second.blueprint == id; });
            }
            done(std::move(removed));
        });
}

void BlueprintShelf::instantiate(std::int64_t id, const std::string& name, const Object& inputs, const Principal& who,
                                 Done<AutomationId> done)
{
    const auto* blueprint = find(id);
    if (!blueprint) return done(unknownBlueprint());
    make({}, *blueprint, name, inputs, who, std::move(done));
}

void BlueprintShelf::renew(AutomationId id, const Object& inputs, const Principal& who, Done<AutomationId> done)
{
    const auto* use = useOf(id);
    if (!use)
        return done(makeError(ErrorCode::NotFound, {"Cette automatisation n'est pas faite d'un modèle",
                                                    "This automation is not made of a blueprint"}));
    const auto& blueprint = *find(use->blueprint);
    Object all;
    // An input that the blueprint does not ask for any more is forgotten.
    for (const auto& input : blueprint.inputs)
        if (const auto* before = use->inputs.find(input.name)) all.set(input.name, *before);
    for (const auto& [name, value] : inputs) all.set(name, value);
    make(id, blueprint, {}, all, who, std::move(done));
}

void BlueprintShelf::make(AutomationId id, const Blueprint& blueprint, const std::string& name, const Object& inputs,
                          const Principal& who, Done<AutomationId> done)
{
    const auto isDevice = [&](const std::string& uid) {
        const auto device = devices_.find(uid);
        return device && who.may(RuleRights::readPermission, accessObjectOf(*device));
    };
    auto values = checkInputs(blueprint.inputs, inputs, isDevice);
    if (!values) return done(values.error());
    const auto text = textOf(blueprint, *values);
    BlueprintUse use{id, blueprint.id, blueprint.version, versionOf(text), std::move(*values)};
    service_.saveSource(id, name, text, authorOf(who), [this, use, text, done](Result<AutomationId> saved) mutable {
        if (!saved) return done(scriptError(saved.error(), text));
        use.automation = *saved;
        onWorker<AutomationId>(
            [this, use]() -> Result<AutomationId> {
                store_.save(use);
                return use.automation;
            },
            [this, use, done](Result<AutomationId> kept) {
                if (kept) uses_[use.automation] = use;
                done(std::move(kept));
            });
    });
}

} // namespace atrium::automation
