#include "outbox_repository.h"

#include <Poco/SHA2Engine.h>

namespace atrium::notify {

namespace {
constexpr std::chrono::hours longestDelay{2};

std::string digestOf(const std::string& channel, const Delivery& delivery)
{
    Poco::SHA2Engine engine;
    for (const auto* part : {&channel, &delivery.recipient, &delivery.key}) {
        engine.update(*part);
        engine.update('\0');
    }
    return Poco::DigestEngine::digestToHex(engine.digest());
}

/// Not locked: the second of two at once fails at the index.
bool isKnown(Transaction& transaction, const std::string& digest)
{
    return !transaction.query("SELECT seq FROM notify_keys WHERE digest = ?", {digest}).empty();
}

/// What is forgotten goes by number, not by age: whoever asks again may have been away for long.
void note(Transaction& transaction, const std::string& digest)
{
    transaction.execute("INSERT INTO notify_keys (digest) VALUES (?)", {digest});
    transaction.execute("DELETE FROM notify_keys WHERE seq <= ?",
                        {transaction.lastInsertId() - OutboxRepository::keysKnown});
}
} // namespace

std::optional<std::int64_t> OutboxRepository::add(const std::string& channel, const Delivery& delivery,
                                                  std::int64_t limit)
{
    const auto digest = delivery.key.empty() ? "" : digestOf(channel, delivery);
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) -> std::optional<std::int64_t> {
        if (!digest.empty() && isKnown(transaction, digest)) return 0;
        // Not locked: two at once may go over the limit by one, which hurts nobody.
        const auto rows = transaction.query("SELECT COUNT(*) FROM notify_outbox WHERE channel = ?", {channel});
        if (rows.at(0).at(0).integer() >= limit) return {};
        if (!digest.empty()) note(transaction, digest);
        transaction.execute(
            "INSERT INTO notify_outbox (channel, recipient, category, content, created_at, expires_at, due_at, "
            "attempts) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
            {channel, delivery.recipient, delivery.category, delivery.content, toMicroseconds(delivery.createdAt),
             toMicroseconds(delivery.expiresAt), toMicroseconds(delivery.dueAt)});
        return transaction.lastInsertId();
    });
}

std::vector<Delivery> OutboxRepository::due(const std::string& channel, UtcTime now, int limit)
{
    const auto rows = database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return transaction.query(
            "SELECT id, recipient, category, content, created_at, expires_at, due_at, attempts FROM notify_outbox "
            "WHERE channel = ? AND (due_at <= ? OR due_at > ?) ORDER BY due_at, id LIMIT ?",
            {channel, toMicroseconds(now), toMicroseconds(now + longestDelay), limit});
    });
    std::vector<Delivery> deliveries;
    for (const auto& row : rows)
        deliveries.push_back({row[0].integer(), row[1].text(), row[2].text(), row[3].text(),
                              fromMicroseconds(row[4].integer()), fromMicroseconds(row[5].integer()),
                              fromMicroseconds(row[6].integer()), static_cast<int>(row[7].integer())});
    return deliveries;
}

std::optional<UtcTime> OutboxRepository::nextDue(const std::string& channel)
{
    const auto rows = database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return transaction.query("SELECT MIN(due_at) FROM notify_outbox WHERE channel = ?", {channel});
    });
    if (rows.empty() || rows[0][0].isNull()) return {};
    return fromMicroseconds(rows[0][0].integer());
}

std::int64_t OutboxRepository::count(const std::string& channel)
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return transaction.query("SELECT COUNT(*) FROM notify_outbox WHERE channel = ?", {channel})
            .at(0)
            .at(0)
            .integer();
    });
}

void OutboxRepository::postpone(std::int64_t id, UtcTime dueAt, int attempts)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("UPDATE notify_outbox SET due_at = ?, attempts = ? WHERE id = ?",
                            {toMicroseconds(dueAt), attempts, id});
    });
}

void OutboxRepository::remove(std::int64_t id)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM notify_outbox WHERE id = ?", {id});
    });
}

} // namespace atrium::notify
