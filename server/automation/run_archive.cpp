#include "automation/run_archive.h"

#include "automation/stored_value.h"

namespace atrium::automation {

namespace {

constexpr std::size_t longestMessage = 2000;
constexpr const char* runColumns = "id, automation_id, rule_name, version, state, event, store, correlation_id, hops, "
                                   "message, started_at, ended_at, cpu_us";

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
    for (const auto& row : transaction.query("SELECT kind, payload, done, ok, result, read_values, at, due_at, holds "
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
        if (!row[8].isNull()) step.holds = toWaitHolds(unpacked(row[8]));
        run.steps.push_back(std::move(step));
    }
}

SqlParameters stepOf(const RunRecord& run, std::size_t index)
{
    const auto& step = run.steps[index];
    return {run.id,
            static_cast<std::int64_t>(index) + 1,
            static_cast<std::int64_t>(step.kind),
            packed(step.payload),
            step.done,
            step.ok,
            packed(step.result),
            packed(toValue(step.reads)),
            toMicroseconds(step.at),
            toMicroseconds(step.due),
            step.holds.empty() ? SqlValue() : SqlValue(packed(toValue(step.holds)))};
}

std::vector<RunRecord> readRuns(Transaction& transaction, const std::string& condition, const SqlParameters& values)
{
    std::vector<RunRecord> runs;
    for (const auto& row :
         transaction.query(std::string("SELECT ") + runColumns + " FROM automation_runs " + condition, values))
        runs.push_back(runOf(row));
    for (auto& run : runs) readSteps(transaction, run);
    return runs;
}

} // namespace

void writeRuns(Transaction& transaction, const std::vector<JournalBatch::Entry>& entries,
               const std::set<std::int64_t>& known)
{
    std::vector<SqlParameters> runs, steps;
    for (const auto& [kept, storedSteps, stored] : entries) {
        const auto& run = *kept;
        if (!known.contains(run.automation.value)) continue;
        // The last stored step may have been open then.
        const auto first = stored && storedSteps > 0 ? storedSteps - 1 : 0;
        if (stored) {
            // One that waited for its turn begins late, maybe with another text and with what the rule keeps then.
            transaction.execute("UPDATE automation_runs SET state = ?, version = ?, store = ?, message = ?, "
                                "started_at = ?, ended_at = ?, cpu_us = ? WHERE id = ?",
                                {toString(run.state), run.version, packed(run.store),
                                 run.message.substr(0, longestMessage), toMicroseconds(run.startedAt),
                                 toMicroseconds(run.endedAt), run.cpuMicroseconds, run.id});
            transaction.execute("DELETE FROM automation_steps WHERE run_id = ? AND step > ?",
                                {run.id, static_cast<std::int64_t>(first)});
        }
        else runs.push_back(rowOf(run));
        for (auto i = first; i < run.steps.size(); ++i) steps.push_back(stepOf(run, i));
    }
    if (!runs.empty())
        transaction.executeMany(std::string("INSERT INTO automation_runs (") + runColumns +
                                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                runs);
    if (!steps.empty())
        transaction.executeMany("INSERT INTO automation_steps (run_id, step, kind, payload, done, ok, result, "
                                "read_values, at, due_at, holds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                steps);
}

std::vector<RunRecord> readUnfinishedRuns(Transaction& transaction)
{
    return readRuns(transaction, "WHERE state IN ('running', 'waiting', 'queued') ORDER BY id", {});
}

std::vector<RunRecord> readLastRuns(Transaction& transaction, AutomationId automation, std::size_t limit)
{
    return readRuns(transaction, "WHERE automation_id = ? ORDER BY id DESC LIMIT " + std::to_string(limit),
                    {automation.value});
}

void pruneRuns(Transaction& transaction, UtcTime time)
{
    transaction.execute("DELETE FROM automation_runs WHERE state NOT IN ('running', 'waiting', 'queued') AND "
                        "started_at < ?",
                        {toMicroseconds(time)});
}

} // namespace atrium::automation
