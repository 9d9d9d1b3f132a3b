#pragma once

#include "atrium/database.h"
#include "automation/blueprints/blueprint.h"

namespace atrium::automation {

/// The tables of blueprints. Every method throws on failure. Thread: any that may block.
class BlueprintStore {
public:
    /// `database` outlives the store.
    explicit BlueprintStore(Database& database) : database_(database) {}

    std::vector<Blueprint> blueprints();
    std::vector<BlueprintUse> uses();
    /// Inserts (id 0) or updates; returns the id. Conflict: the name is taken.
    Result<std::int64_t> save(const Blueprint& blueprint);
    /// Automations that were made of it stay.
    void remove(std::int64_t id);
    void save(const BlueprintUse& use);

private:
    Database& database_;
};

} // namespace atrium::automation
