#pragma once

#include "storage/sql_failure.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>

namespace atrium::storage {

/// SQLite has one writer at a time and makes the others poll, in no order. Within this process writers queue here
/// instead, first come first served. Thread: any.
class WriterTurns {
public:
    /// The right to write, as long as it lives. Throws SqlFailure (Busy) when the turn does not come in time.
    class Turn {
    public:
        Turn(WriterTurns& turns, std::chrono::milliseconds wait) : turns_(turns)
        {
            std::unique_lock lock(turns_.mutex_);
            const auto place = turns_.waiting_.insert(turns_.waiting_.end(), turns_.nextTicket_++);
            if (!turns_.changed_.wait_for(lock, wait, [&] { return turns_.waiting_.begin() == place; })) {
                turns_.waiting_.erase(place);
                throw SqlFailure(StorageError::Kind::Busy, SqlFailure::Recovery::Broken,
                                 "other writers kept the database busy");
            }
        }
        ~Turn()
        {
            {
                std::lock_guard lock(turns_.mutex_);
                turns_.waiting_.pop_front();
            }
            turns_.changed_.notify_all();
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        WriterTurns& turns_;
    };

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<std::uint64_t> waiting_;
    std::uint64_t nextTicket_ = 1;
};

} // namespace atrium::storage
