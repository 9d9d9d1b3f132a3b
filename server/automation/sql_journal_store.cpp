#include "automation/sql_journal_store.h"

#include "automation/source_archive.h"

#include <set>

namespace atrium::automation {

namespace {

constexpr std::size_t largestText = 60'000;
constexpr std::size_t longestMessage = 2000;
constexpr const char* runColumns = "id, automation_id, rule_name, version, state, event, store, correlation_id, hops, "
                                   "message, started_at, ended_at, cpu_us";

std::string packed(const Value& value)
{
    auto text = toJournalText(value);
    return text.size() <= largestText ? text : toJournalText({});
}

Value unpacked(const SqlValue& text) { return fromJournalText(text.text()).value_or(Value()); }

Value toValue(const std::vector<ReadValue>& reads)
{
    List list;
    for (const auto& read : reads) list.push_back(List{read.device, read.attribute, read.value});
    return list;
}

std::vector<ReadValue> toReads(const Value& value)
{
    std::vector<ReadValue> reads;
    const auto* list = value.ifList();
    for (const auto& entry : list ? *list : List{}) {
        const auto* fields = entry.ifList();
        if (!fields || fields->size() != 3 || !(*fields)[0].isInteger() || !(*fields)[1].isText()) continue;
        reads.push_back({(*fields)[0].integer(), (*fields)[1].text(), (*fields)[2]});
    }
    return reads;
}

SqlParameters rowOf(const RunRecord& run)
{
    return {run.id,
            run.automation.value,
            run.rule,
            run.version,
            toString(run.state),
            packed(run.event),
            packed(run.store),
            run.correlationId,
            run.hops,
            run.message.substr(0, longestMessage),
            toMicroseconds(run.startedAt),
            toMicroseconds(run.endedAt),
            run.cpuMicroseconds};
}

RunRecord runOf(const SqlRow& row)
{
    RunRecord run;
    run.id = static_cast<std::uint64_t>(row[0].integer());
    run.automation = AutomationId{row[1].integer()};
    run.rule = row[2].text();
    run.version = row[3].text();
    run.state = parseRunState(row[4].text());
    run.event = unpacked(row[5]);
    run.store = unpacked(row[6]);
    run.correlationId = row[7].text();
    run.hops = static_cast<int>(row[8].integer());
    run.message = row[9].text();
    run.startedAt = fromMicroseconds(row[10].integer());
    run.endedAt = fromMicroseconds(row[11].integer());
    run.cpuMicroseconds = row[12].integer();
    return run;
}

void readSteps(Transaction& transaction, RunRecord& run)
{
    for (const auto& row : transaction.query("SELECT kind, payload, done, ok, result, read_values, at, due_at "
                                             "FROM automation_steps WHERE run_id = ? ORDER BY step",
                                             {run.id})) {
        StepRecord step;
        step.kind = static_cast<StepKind>(row[0].integer());
        step.payload = unpacked(row[1]);
        step.done = row[2].boolean();
        step.ok = row[3].boolean();
        step.result = unpacked(row[4]);
        step.reads = toReads(unpacked(row[5]));
        step.at = fromMicroseconds(row[6].integer());
        step.due = fromMicroseconds(row[7].integer());
        run.steps.push_back(std::move(step));
    }
}

} // namespace

std::vector<AutomationRow> SqlJournalStore::automations()
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::vector<AutomationRow> rows;
        for (const auto& row : transaction.query("SELECT id, source_key, kind, name, source, enabled, updated_at, "
                                                 "author_id FROM automations ORDER BY id"))
            rows.push_back({AutomationId{row[0].integer()}, row[1].text(), parseSourceKind(row[2].text()),
                            row[3].text(), row[4].text(), row[5].boolean(), fromMicroseconds(row[6].integer()),
                            UserId{row[7].integer()}});
        return rows;
    });
}

AutomationId SqlJournalStore::save(const AutomationRow& row)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        const SqlParameters values{row.key,         toString(row.kind), row.name,
                                   row.source,      row.enabled,        toMicroseconds(row.updatedAt),
                                   row.author.value};
        if (row.id) {
            auto parameters = values;
            parameters.emplace_back(row.id.value);
            transaction.execute("UPDATE automations SET source_key = ?, kind = ?, name = ?, source = ?, enabled = ?, "
                                "updated_at = ?, author_id = ? WHERE id = ?",
                                parameters);
            if (row.kind == SourceKind::Database) keepVersion(transaction, row.id, row);
            return row.id;
        }
        transaction.execute("INSERT INTO automations (source_key, kind, name, source, enabled, updated_at, author_id) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?)",
                            values);
        const AutomationId id{transaction.lastInsertId()};
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
        // A run may end after its automation was removed.
        std::set<std::int64_t> known;
        for (const auto& row : transaction.query("SELECT id FROM automations")) known.insert(row[0].integer());
        std::vector<SqlParameters> runs, steps;
        for (const auto& entry : batch.runs) {
            const auto& run = entry.run;
            if (!known.contains(run.automation.value)) continue;
            // The last stored step may have been open then.
            const auto first = entry.stored && entry.storedSteps > 0 ? entry.storedSteps - 1 : 0;
            if (entry.stored) {
                transaction.execute("UPDATE automation_runs SET state = ?, message = ?, ended_at = ?, cpu_us = ? "
                                    "WHERE id = ?",
                                    {toString(run.state), run.message.substr(0, longestMessage),
                                     toMicroseconds(run.endedAt), run.cpuMicroseconds, run.id});
                transaction.execute("DELETE FROM automation_steps WHERE run_id = ? AND step > ?",
                                    {run.id, static_cast<std::int64_t>(first)});
            }
            else runs.push_back(rowOf(run));
            for (auto i = first; i < run.steps.size(); ++i) {
                const auto& step = run.steps[i];
                steps.push_back({run.id, static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(step.kind),
                                 packed(step.payload), step.done, step.ok, packed(step.result),
                                 packed(toValue(step.reads)), toMicroseconds(step.at), toMicroseconds(step.due)});
            }
        }
        if (!runs.empty())
            transaction.executeMany("INSERT INTO automation_runs (id, automation_id, rule_name, version, state, event, "
                                    "store, correlation_id, hops, message, started_at, ended_at, cpu_us) "
                                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                    runs);
        if (!steps.empty())
            transaction.executeMany("INSERT INTO automation_steps (run_id, step, kind, payload, done, ok, result, "
                                    "read_values, at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                    steps);
        for (const auto& mark : batch.marks) {
            if (!known.contains(mark.automation.value)) continue;
            transaction.execute("DELETE FROM automation_marks WHERE automation_id = ? AND rule_name = ?",
                                {mark.automation.value, mark.rule});
            transaction.execute(
                "INSERT INTO automation_marks (automation_id, rule_name, version, decided_until) VALUES (?, ?, ?, ?)",
                {mark.automation.value, mark.rule, mark.version, toMicroseconds(mark.decided)});
        }
        for (const auto& [device, command] : batch.timers) {
            transaction.execute("DELETE FROM automation_timers WHERE device_id = ?", {device.value});
            if (command)
                transaction.execute("INSERT INTO automation_timers (device_id, uid, rule_name, command, arguments, "
                                    "state, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                                    {device.value, command->uid, command->rule, command->name,
                                     packed(command->arguments), command->state, toMicroseconds(command->due)});
        }
        for (const auto& store : batch.stores) {
            if (!known.contains(store.automation.value)) continue;
            transaction.execute("DELETE FROM automation_state WHERE automation_id = ? AND rule_name = ?",
                                {store.automation.value, store.rule});
            transaction.execute("INSERT INTO automation_state (automation_id, rule_name, content) VALUES (?, ?, ?)",
                                {store.automation.value, store.rule, packed(store.content)});
        }
    });
}

std::vector<RunRecord> SqlJournalStore::unfinishedRuns()
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::vector<RunRecord> runs;
        for (const auto& row :
             transaction.query(std::string("SELECT ") + runColumns +
                               " FROM automation_runs WHERE state IN ('running', 'waiting') ORDER BY id"))
            runs.push_back(runOf(row));
        for (auto& run : runs) readSteps(transaction, run);
        return runs;
    });
}

std::vector<RunRecord> SqlJournalStore::lastRuns(AutomationId id, std::size_t limit)
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        std::vector<RunRecord> runs;
        for (const auto& row : transaction.query(std::string("SELECT ") + runColumns +
                                                     " FROM automation_runs WHERE automation_id = ? ORDER BY id DESC "
                                                     "LIMIT " +
                                                     std::to_string(limit),
                                                 {id.value}))
            runs.push_back(runOf(row));
        for (auto& run : runs) readSteps(transaction, run);
        return runs;
    });
}

std::vector<JournalBatch::Store> SqlJournalStore::stores()
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::vector<JournalBatch::Store> stores;
        for (const auto& row : transaction.query("SELECT automation_id, rule_name, content FROM automation_state"))
            stores.push_back({AutomationId{row[0].integer()}, row[1].text(), unpacked(row[2])});
        return stores;
    });
}

std::vector<ScheduleMark> SqlJournalStore::marks()
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::vector<ScheduleMark> marks;
        for (const auto& row :
             transaction.query("SELECT automation_id, rule_name, version, decided_until FROM automation_marks"))
            marks.push_back(
                {AutomationId{row[0].integer()}, row[1].text(), row[2].text(), fromMicroseconds(row[3].integer())});
        return marks;
    });
}

std::vector<TimedCommand> SqlJournalStore::timers()
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::vector<TimedCommand> timers;
        for (const auto& row : transaction.query("SELECT device_id, uid, rule_name, command, arguments, state, due_at "
                                                 "FROM automation_timers ORDER BY due_at"))
            timers.push_back({DeviceId{row[0].integer()}, row[1].text(), row[2].text(), row[3].text(), unpacked(row[4]),
                              row[5].boolean(), fromMicroseconds(row[6].integer())});
        return timers;
    });
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
    database_.transact(TransactionKind::Write, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM automation_runs WHERE state NOT IN ('running', 'waiting') AND started_at < ?",
                            {toMicroseconds(time)});
    });
}

} // namespace atrium::automation
