#include "automation/blueprints/blueprint_store.h"

#include "atrium/json.h"

namespace atrium::automation {

std::vector<Blueprint> BlueprintStore::blueprints()
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::vector<Blueprint> list;
        for (const auto& row : transaction.query("SELECT id, name, description, inputs, source, version, author_id, "
                                                 "updated_at FROM automation_blueprints ORDER BY id")) {
            Blueprint blueprint;
            blueprint.id = row[0].integer();
            blueprint.name = row[1].text();
            blueprint.description = row[2].text();
            if (const auto inputs = parseJson(row[3].text()))
                if (auto read = readInputs(*inputs)) blueprint.inputs = std::move(*read);
            blueprint.source = row[4].text();
            blueprint.version = row[5].integer();
            blueprint.author = UserId{row[6].integer()};
            blueprint.updatedAt = fromMicroseconds(row[7].integer());
            list.push_back(std::move(blueprint));
        }
        return list;
    });
}

std::vector<BlueprintUse> BlueprintStore::uses()
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::vector<BlueprintUse> list;
        for (const auto& row : transaction.query("SELECT automation_id, blueprint_id, blueprint_version, text_version, "
                                                 "inputs FROM automation_blueprint_uses")) {
            BlueprintUse use{AutomationId{row[0].integer()}, row[1].integer(), row[2].integer(), row[3].text(), {}};
            if (auto inputs = parseJson(row[4].text()); inputs && inputs->isObject())
                use.inputs = std::move(inputs->object());
            list.push_back(std::move(use));
        }
        return list;
    });
}

Result<std::int64_t> BlueprintStore::save(const Blueprint& blueprint)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) -> Result<std::int64_t> {
        if (!transaction
                 .query("SELECT id FROM automation_blueprints WHERE name = ? AND id <> ? FOR UPDATE",
                        {blueprint.name, blueprint.id})
                 .empty())
            return makeError(ErrorCode::Conflict, {"Un modèle porte déjà ce nom", "A blueprint of this name exists"});
        const SqlParameters values{
            blueprint.name,    blueprint.description,  toJson(toValue(blueprint.inputs)),  blueprint.source,
            blueprint.version, blueprint.author.value, toMicroseconds(blueprint.updatedAt)};
        if (blueprint.id != 0) {
            auto parameters = values;
            parameters.emplace_back(blueprint.id);
            transaction.execute("UPDATE automation_blueprints SET name = ?, description = ?, inputs = ?, source = ?, "
                                "version = ?, author_id = ?, updated_at = ? WHERE id = ?",
                                parameters);
            return blueprint.id;
        }
        transaction.execute("INSERT INTO automation_blueprints (name, description, inputs, source, version, author_id, "
                            "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                            values);
        return transaction.lastInsertId();
    });
}

void BlueprintStore::remove(std::int64_t id)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM automation_blueprints WHERE id = ?", {id});
    });
}

void BlueprintStore::save(const BlueprintUse& use)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM automation_blueprint_uses WHERE automation_id = ?", {use.automation.value});
        transaction.execute(
            "INSERT INTO automation_blueprint_uses (automation_id, blueprint_id, blueprint_version, "
            "text_version, inputs) VALUES (?, ?, ?, ?, ?)",
            {use.automation.value, use.blueprint, use.blueprintVersion, use.textVersion, toJson(Value(use.inputs))});
    });
}

} // namespace atrium::automation
