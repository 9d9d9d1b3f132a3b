#pragma once

#include "atrium/database.h"
#include "delivery.h"

#include <optional>
#include <string>
#include <vector>

namespace atrium::notify {

/// All SQL of the outbox. Thread: any that may block. Throws StorageError.
class OutboxRepository {
public:
    explicit OutboxRepository(Database& database) : database_(database) {}

    static constexpr std::int64_t keysKnown = 20'000;

    /// Keeps a delivery and returns its id: 0 when one to the same recipient of the channel was kept under its key
    /// before; empty when `limit` of the channel wait already. On the disk on return.
    std::optional<std::int64_t> add(const std::string& channel, const Delivery& delivery, std::int64_t limit);
    /// The deliveries of a channel that are due at `now`, the longest due first. One that is due in more than two hours
    /// was written before the clock was set back, and counts as due.
    std::vector<Delivery> due(const std::string& channel, UtcTime now, int limit);
    /// When the next delivery is due; empty when none waits.
    std::optional<UtcTime> nextDue(const std::string& channel);
    std::int64_t count(const std::string& channel);
    void postpone(std::int64_t id, UtcTime dueAt, int attempts);
    void remove(std::int64_t id);

private:
    Database& database_;
};

} // namespace atrium::notify
