#pragma once

#include "atrium/clock.h"
#include "storage/sql_database.h"

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace atrium::storage {

/// Why the migrations of one owner could not be applied; names the file, and the statement where there is one. For the
/// log and the operator.
class MigrationError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Brings the tables of the core and of each plugin up to date, forward only. Files are
/// `folder/{sqlite,mysql}/NNNN_name.sql`, numbered from 0001 without a gap; what was applied is kept in the table
/// `atrium_migrations` with its SHA-256. On SQLite a file is one transaction. MariaDB commits with each DDL statement:
/// there the progress is recorded, and a file that stopped half-way is refused until somebody repaired it by hand.
/// Thread: one that may block; one owner at a time.
class MigrationRunner {
public:
    MigrationRunner(SqlDatabase& database, const Clock& clock);

    /// Applies what is missing; returns how many files that were. A folder that does not exist holds no migrations.
    /// Throws MigrationError.
    std::size_t migrate(const std::string& owner, const std::filesystem::path& folder);

private:
    struct File {
        std::int64_t version;
        std::string name; ///< `0001_core.sql`
        std::string checksum;
        std::vector<std::string> statements;
    };
    struct Applied {
        std::int64_t version;
        std::string name;
        std::string checksum;
        std::int64_t appliedAt; ///< 0 = started, not finished
        std::int64_t statements;
    };

    std::vector<File> readFiles(const std::filesystem::path& folder) const;
    void createTable(SqlSession& session) const;
    std::vector<Applied> readApplied(SqlSession& session, const std::string& owner) const;
    void requireSame(const std::string& owner, const std::vector<File>& files,
                     const std::vector<Applied>& applied) const;
    void apply(SqlSession& session, const std::string& owner, const File& file) const;

    SqlDatabase& database_;
    const Clock& clock_;
};

} // namespace atrium::storage
