#include "automation/sql_journal_store.h"

#include "automation/intent_archive.h"
#include "automation/run_archive.h"
#include "automation/source_archive.h"

#include <set>

namespace atrium::automation {

std::vector<AutomationRow> SqlJournalStore::automations()
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::vector<AutomationRow> rows;
        for (const auto& row : transaction.query("SELECT id, source_key, kind, name, source, enabled, updated_at, "
                                                 "author_id, stopped_by, stopped_at, stop_reason FROM automations "
                                                 "ORDER BY id"))
            rows.push_back({AutomationId{row[0].integer()},
                            row[1].text(),
                            parseSourceKind(row[2].text()),
                            row[3].text(),
                            row[4].text(),
                            row[5].boolean(),
                            fromMicroseconds(row[6].integer()),
                            UserId{row[7].integer()},
                            {UserId{row[8].integer()}, fromMicroseconds(row[9].integer()), row[10].text()}});
        return rows;
    });
}

AutomationId SqlJournalStore::save(const AutomationRow& row)
{
    constexpr std::size_t longestReason = 1000;
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        SqlParameters values{row.key,
                             toString(row.kind),
                             row.name,
                             row.source,
                             row.enabled,
                             toMicroseconds(row.updatedAt),
                             row.author.value,
                             row.stop.by.value,
                             toMicroseconds(row.stop.at),
                             row.stop.reason.substr(0, longestReason)};
        auto id = row.id;
        if (id) {
            values.emplace_back(id.value);
            transaction.execute("UPDATE automations SET source_key = ?, kind = ?, name = ?, source = ?, enabled = ?, "
                                "updated_at = ?, author_id = ?, stopped_by = ?, stopped_at = ?, stop_reason = ? "
                                "WHERE id = ?",
                                values);
        }
        else {
            transaction.execute("INSERT INTO automations (source_key, kind, name, source, enabled, updated_at, "
                                "author_id, stopped_by, stopped_at, stop_reason) "
                                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                values);
            id = AutomationId{transaction.lastInsertId()};
        }
        if (row.kind == SourceKind::Database) keepVersion(transaction, id, row);
        return id;
    });
}

std::vector<AutomationVersion> SqlJournalStore::versions(AutomationId id)
{
    return database_.transact(TransactionKind::Read,
                              [&](Transaction& transaction) { return readVersions(transaction, id); });
}

void SqlJournalStore::remove(AutomationId id)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM automations WHERE id = ?", {id.value});
    });
}

void SqlJournalStore::write(const JournalBatch& batch)
{
    const auto kind = batch.durable ? TransactionKind::Durable : TransactionKind::Write;
    database_.transact(kind, [&](Transaction& transaction) {
        std::set<std::int64_t> known;
        for (const auto& row : transaction.query("SELECT id FROM automations")) known.insert(row[0].integer());
        writeRuns(transaction, batch.runs, known);
        writeMarks(transaction, batch.marks, known);
        writeTimers(transaction, batch.timers);
        writeHolds(transaction, batch.holds, known);
        writeStores(transaction, batch.stores, known);
        writeFailureCounts(transaction, batch.failureCounts, known);
    });
}

std::vector<RunRecord> SqlJournalStore::unfinishedRuns()
{
    return database_.transact(TransactionKind::Read, readUnfinishedRuns);
}

std::vector<RunRecord> SqlJournalStore::lastRuns(AutomationId id, std::size_t limit)
{
    return database_.transact(TransactionKind::Read,
                              [&](Transaction& transaction) { return readLastRuns(transaction, id, limit); });
}

std::vector<JournalBatch::Store> SqlJournalStore::stores()
{
    return database_.transact(TransactionKind::Read, readStores);
}

std::vector<ScheduleMark> SqlJournalStore::marks() { return database_.transact(TransactionKind::Read, readMarks); }

std::vector<TimedCommand> SqlJournalStore::timers() { return database_.transact(TransactionKind::Read, readTimers); }

std::vector<HoldChange> SqlJournalStore::holds() { return database_.transact(TransactionKind::Read, readHolds); }

std::vector<FailureCount> SqlJournalStore::failureCounts()
{
    return database_.transact(TransactionKind::Read, readFailureCounts);
}

std::vector<HookSecret> SqlJournalStore::hookSecrets()
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::vector<HookSecret> secrets;
        for (const auto& row : transaction.query("SELECT automation_id, name, secret FROM automation_hooks"))
            secrets.push_back({AutomationId{row[0].integer()}, row[1].text(), row[2].text()});
        return secrets;
    });
}

void SqlJournalStore::saveHookSecret(const HookSecret& secret)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM automation_hooks WHERE automation_id = ? AND name = ?",
                            {secret.automation.value, secret.name});
        transaction.execute("INSERT INTO automation_hooks (automation_id, name, secret) VALUES (?, ?, ?)",
                            {secret.automation.value, secret.name, secret.secret});
    });
}

std::string SqlJournalStore::mode()
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        const auto rows = transaction.query("SELECT content FROM site_state WHERE name = 'mode'");
        return rows.empty() ? std::string() : rows[0][0].text();
    });
}

void SqlJournalStore::saveMode(const std::string& mode)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM site_state WHERE name = 'mode'");
        transaction.execute("INSERT INTO site_state (name, content) VALUES ('mode', ?)", {mode});
    });
}

void SqlJournalStore::prune(UtcTime time)
{
    database_.transact(TransactionKind::Write, [&](Transaction& transaction) { pruneRuns(transaction, time); });
}

} // namespace atrium::automation
