#include "automation/source_archive.h"

namespace atrium::automation {

namespace {
constexpr std::int64_t versionsKept = 50;
} // namespace

void keepVersion(Transaction& transaction, AutomationId id, const AutomationRow& row)
{
    const auto newest =
        transaction.query("SELECT number, name, source FROM automation_versions WHERE automation_id = ? "
                          "ORDER BY number DESC LIMIT 1 FOR UPDATE",
                          {id.value});
    if (!newest.empty() && newest[0][1].text() == row.name && newest[0][2].text() == row.source) return;
    const auto number = newest.empty() ? 1 : newest[0][0].integer() + 1;
    transaction.execute("INSERT INTO automation_versions (automation_id, number, name, source, author_id, saved_at) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        {id.value, number, row.name, row.source, row.author.value, toMicroseconds(row.updatedAt)});
    transaction.execute("DELETE FROM automation_versions WHERE automation_id = ? AND number <= ?",
                        {id.value, number - versionsKept});
}

std::vector<AutomationVersion> readVersions(Transaction& transaction, AutomationId id)
{
    std::vector<AutomationVersion> versions;
    for (const auto& row : transaction.query("SELECT number, name, source, author_id, saved_at FROM "
                                             "automation_versions WHERE automation_id = ? ORDER BY number DESC",
                                             {id.value}))
        versions.push_back({row[0].integer(), row[1].text(), row[2].text(), UserId{row[3].integer()},
                            fromMicroseconds(row[4].integer())});
    return versions;
}

} // namespace atrium::automation
