#include "collection_repository.h"

namespace atrium::devices {

namespace {

constexpr std::size_t longestContent = 60'000; // a TEXT of MariaDB holds 65,535 bytes

} // namespace

CollectionRepository::CollectionRepository(Database& database, Table table)
    : database_(database), table_(table == Table::Groups ? "device_groups" : "device_scenes")
{}

std::vector<CollectionRepository::Row> CollectionRepository::loadAll()
{
    const auto rows = database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return transaction.query("SELECT id, name, content FROM " + table_ + " ORDER BY id");
    });
    std::vector<Row> all;
    for (const auto& row : rows) all.push_back({row[0].integer(), row[1].text(), row[2].text()});
    return all;
}

Result<CollectionRepository::Row> CollectionRepository::save(Row row)
{
    if (row.content.size() > longestContent)
        return makeError(ErrorCode::InvalidArgument, {"Trop d'éléments", "Too many entries"});
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) -> Result<Row> {
        Row saved = row;
        const auto twins = transaction.query("SELECT id FROM " + table_ + " WHERE name = ? FOR UPDATE", {row.name});
        if (!twins.empty() && twins[0][0].integer() != row.id)
            return makeError(ErrorCode::Conflict, {"Ce nom est déjà pris", "This name is taken"});
        if (row.id == 0) {
            transaction.execute("INSERT INTO " + table_ + " (name, content) VALUES (?, ?)", {row.name, row.content});
            saved.id = transaction.lastInsertId();
            return saved;
        }
        if (transaction.query("SELECT id FROM " + table_ + " WHERE id = ? FOR UPDATE", {row.id}).empty())
            return makeError(ErrorCode::NotFound);
        transaction.execute("UPDATE " + table_ + " SET name = ?, content = ? WHERE id = ?",
                            {row.name, row.content, row.id});
        return saved;
    });
}

bool CollectionRepository::remove(std::int64_t id)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        return transaction.execute("DELETE FROM " + table_ + " WHERE id = ?", {id}) > 0;
    });
}

} // namespace atrium::devices
