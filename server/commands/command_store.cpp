#include "commands/command_store.h"

#include "atrium/json.h"

namespace atrium::commands {

namespace {

constexpr std::size_t longestKey = 255;

Value toValue(const std::vector<MqttPublication>& publications)
{
    List list;
    for (const auto& publication : publications)
        list.push_back(Object{{"topic", publication.topic},
                              {"payload", publication.payload},
                              {"qos", publication.qos},
                              {"retain", publication.retain}});
    return list;
}

std::vector<MqttPublication> toPublications(const std::string& json)
{
    std::vector<MqttPublication> publications;
    const auto list = parseJson(json);
    if (!list || !list->isList()) return publications;
    for (const auto& entry : list->list()) {
        MqttPublication publication;
        publication.topic = entry.textOr("topic", "");
        publication.payload = entry.textOr("payload", "");
        publication.qos = static_cast<int>(entry.integerOr("qos", 1));
        publication.retain = entry.booleanOr("retain", false);
        publications.push_back(std::move(publication));
    }
    return publications;
}

} // namespace

CommandStore::CommandStore(Database& database, Executor& workers, const Clock& clock, Log& log, Metrics& metrics,
                           std::size_t queueLimit)
    : database_(database), workers_(workers), clock_(clock), log_(log),
      refused_(
          metrics.counter("atrium_commands_refused_total", "Commands refused because the store was full or failed")),
      queueLimit_(queueLimit)
{}

CommandStore::~CommandStore() { flush(); }

void CommandStore::add(StoredCommand command, std::function<void(Result<void>)> done)
{
    {
        std::lock_guard lock(mutex_);
        if (added_.size() < queueLimit_) {
            added_.push_back({std::move(command), std::move(done)});
            done = nullptr;
        }
    }
    if (done) {
        refused_.add();
        done(makeError(ErrorCode::TooManyRequests));
        return;
    }
    scheduleFlush();
}

void CommandStore::markSent(std::string id)
{
    {
        std::lock_guard lock(mutex_);
        sent_.push_back(std::move(id));
    }
    scheduleFlush();
}

void CommandStore::markEnded(std::string id, std::string status)
{
    {
        std::lock_guard lock(mutex_);
        ended_.emplace_back(std::move(id), std::move(status));
    }
    scheduleFlush();
}

void CommandStore::scheduleFlush()
{
    {
        std::lock_guard lock(mutex_);
        if (flushing_) return;
        flushing_ = true;
    }
    if (workers_.post([this] { writePending(); })) return;

    // The pool is full or stopping: nothing will be written, so nothing may be acknowledged.
    std::vector<Pending> lost;
    {
        std::lock_guard lock(mutex_);
        lost.swap(added_);
        flushing_ = false;
        idle_.notify_all();
    }
    for (auto& pending : lost) {
        refused_.add();
        pending.done(makeError(ErrorCode::Unavailable));
    }
}

void CommandStore::writePending()
{
    for (;;) {
        std::vector<Pending> added;
        std::vector<std::string> sent;
        std::vector<std::pair<std::string, std::string>> ended;
        {
            std::lock_guard lock(mutex_);
            added.swap(added_);
            sent.swap(sent_);
            ended.swap(ended_);
            if (added.empty() && sent.empty() && ended.empty()) {
                flushing_ = false;
                idle_.notify_all();
                return;
            }
        }
        Result<void> outcome;
        try {
            const auto now = toMicroseconds(clock_.now());
            database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
                std::vector<SqlParameters> rows;
                for (const auto& [command, done] : added)
                    rows.push_back({command.id, command.device.value, command.name, toJson(command.arguments),
                                    command.origin, command.correlationId, toMicroseconds(command.at), "pending",
                                    toJson(toValue(command.publications)), toJson(command.assumed),
                                    command.idempotencyKey.size() <= longestKey ? command.idempotencyKey : ""});
                if (!rows.empty())
                    transaction.executeMany(
                        "INSERT INTO commands (id, device_id, name, arguments, origin, correlation_id, "
                        "created_at, status, publications, assumed, idempotency_key) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        rows);
                for (const auto& id : sent)
                    transaction.execute("UPDATE commands SET status = 'sent', finished_at = ?, publications = '[]' "
                                        "WHERE id = ? AND status = 'pending'",
                                        {now, id});
                for (const auto& [id, status] : ended)
                    transaction.execute("UPDATE commands SET status = ?, finished_at = ?, publications = '[]' "
                                        "WHERE id = ?",
                                        {status, now, id});
            });
        }
        catch (const std::exception& error) {
            log_.error("commands could not be stored", {{"reason", error.what()}, {"count", added.size()}});
            outcome = makeError(ErrorCode::Unavailable, {}, error.what());
            refused_.add(added.size());
        }
        for (auto& pending : added) pending.done(outcome);
    }
}

std::vector<StoredCommand> CommandStore::loadUnsent(std::chrono::seconds maxAge)
{
    const auto oldest = toMicroseconds(clock_.now() - maxAge);
    const auto rows = database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("UPDATE commands SET status = 'expired', finished_at = ?, publications = '[]' "
                            "WHERE status = 'pending' AND created_at < ?",
                            {toMicroseconds(clock_.now()), oldest});
        return transaction.query(
            "SELECT id, device_id, name, arguments, origin, correlation_id, created_at, publications "
            "FROM commands WHERE status = 'pending' ORDER BY created_at, id");
    });
    std::vector<StoredCommand> commands;
    for (const auto& row : rows) {
        StoredCommand command;
        command.id = row[0].text();
        command.device = DeviceId(row[1].integer());
        command.name = row[2].text();
        if (auto arguments = parseJson(row[3].text())) command.arguments = std::move(*arguments);
        command.origin = row[4].text();
        command.correlationId = row[5].text();
        command.at = fromMicroseconds(row[6].integer());
        command.publications = toPublications(row[7].text());
        commands.push_back(std::move(command));
    }
    return commands;
}

std::vector<AcceptedKey> CommandStore::recentKeys(std::chrono::seconds maxAge, std::size_t limit)
{
    const auto oldest = toMicroseconds(clock_.now() - maxAge);
    const auto rows = database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return transaction.query("SELECT idempotency_key, id, device_id, created_at FROM commands "
                                 "WHERE created_at >= ? AND idempotency_key <> '' ORDER BY created_at DESC LIMIT " +
                                     std::to_string(limit),
                                 {oldest});
    });
    std::vector<AcceptedKey> keys;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row)
        keys.push_back(
            {(*row)[0].text(), (*row)[1].text(), DeviceId((*row)[2].integer()), fromMicroseconds((*row)[3].integer())});
    return keys;
}

std::vector<AssumedValues> CommandStore::lastAssumed()
{
    const auto rows = database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        return transaction.query("SELECT c.device_id, c.assumed, c.created_at FROM commands c JOIN "
                                 "(SELECT device_id, MAX(created_at) AS newest FROM commands GROUP BY device_id) last "
                                 "ON last.device_id = c.device_id AND last.newest = c.created_at");
    });
    std::vector<AssumedValues> all;
    for (const auto& row : rows)
        if (auto values = parseJson(row[1].text()); values && values->isObject())
            all.push_back({DeviceId(row[0].integer()), values->object(), fromMicroseconds(row[2].integer())});
    return all;
}

void CommandStore::flush()
{
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return !flushing_; });
}

} // namespace atrium::commands
