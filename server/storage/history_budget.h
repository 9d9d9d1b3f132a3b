#pragma once

#include "storage/history_eraser.h"
#include "storage/sql_database.h"

namespace atrium::storage {

/// Keeps the database within a number of bytes by making history shorter: first the samples, then the finer summaries.
/// What is measured is the whole database (pages in use on SQLite, tables and indexes on MariaDB), because that is what
/// fills a disk; everything but history is small. Thread: storage-writer. Throws StorageError.
class HistoryBudget {
public:
    enum class State {
        Easy,  ///< below `comfort` of the limit
        Tight, ///< history has to become shorter
        Full,  ///< nothing more may be written
    };
    static constexpr double comfort = 0.9;
    /// Below this share, history may grow towards its configured ages again.
    static constexpr double plenty = 0.7;

    HistoryBudget(SqlDatabase& database, std::int64_t limitBytes, HistoryAges configured);

    /// Looks how large the database is.
    State measure();
    std::int64_t usedBytes() const { return usedBytes_; }
    /// For how long history may be kept now.
    const HistoryAges& ages() const { return ages_; }
    /// Makes the ages one step shorter. False when they are as short as they get.
    bool tighten(UtcTime now);
    /// Makes them one step longer while there is plenty of room.
    void relax();

private:
    std::int64_t measureBytes();

    SqlDatabase& database_;
    const std::int64_t limitBytes_;
    const HistoryAges configured_;
    HistoryAges ages_;
    std::int64_t usedBytes_ = 0;
};

} // namespace atrium::storage
