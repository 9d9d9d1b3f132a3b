#include "storage/migration_runner.h"

#include "storage/sql_text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

namespace atrium::storage {

namespace {

constexpr std::size_t maxStatementInMessage = 300;

std::string sha256(std::string_view text)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available");
    constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 15];
    }
    return hex;
}

std::string readWhole(const std::filesystem::path& path)
{
    std::ifstream stream(path, std::ios::binary);
    if (!stream) throw MigrationError(path.string() + ": cannot be read");
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// NNNN_name.sql, else 0.
std::int64_t versionOf(const std::string& name)
{
    std::int64_t version = 0;
    if (name.size() < 10 || name[4] != '_' || name.substr(name.size() - 4) != ".sql") return 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + 4, version);
    return error == std::errc{} && end == name.data() + 4 ? version : 0;
}

} // namespace

MigrationRunner::MigrationRunner(SqlDatabase& database, const Clock& clock) : database_(database), clock_(clock) {}

std::size_t MigrationRunner::migrate(const std::string& owner, const std::filesystem::path& folder)
{
    const auto dialectFolder = folder / (database_.dialect() == SqlDialect::Sqlite ? "sqlite" : "mysql");
    const auto files = readFiles(dialectFolder);
    std::size_t count = 0;
    database_.withSession([&](SqlSession& session) {
        createTable(session);
        const auto applied = readApplied(session, owner);
        requireSame(owner, files, applied);
        for (const auto& file : files) {
            if (file.version <= static_cast<std::int64_t>(applied.size())) continue;
            apply(session, owner, file);
            ++count;
        }
    });
    return count;
}

std::vector<MigrationRunner::File> MigrationRunner::readFiles(const std::filesystem::path& folder) const
{
    std::vector<File> files;
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) return files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        if (entry.path().extension() != ".sql") continue;
        const auto version = versionOf(name);
        if (version == 0) throw MigrationError(entry.path().string() + ": the name must be NNNN_name.sql, from 0001");
        const auto text = readWhole(entry.path());
        try {
            files.push_back({version, name, sha256(text), splitStatements(text)});
        }
        catch (const std::invalid_argument& problem) {
            throw MigrationError(entry.path().string() + ": " + problem.what());
        }
        if (files.back().statements.empty()) throw MigrationError(entry.path().string() + ": has no statement");
    }
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.version < b.version; });
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (files[i].version == static_cast<std::int64_t>(i + 1)) continue;
        const bool twice = i > 0 && files[i].version == files[i - 1].version;
        throw MigrationError((folder / files[i].name).string() +
                             (twice ? ": the number is taken by " + files[i - 1].name
                                    : ": number " + std::to_string(i + 1) + " is missing before it"));
    }
    return files;
}

void MigrationRunner::createTable(SqlSession& session) const
{
    session.executePlain(session.dialect() == SqlDialect::Sqlite
                             ? "CREATE TABLE IF NOT EXISTS atrium_migrations (owner TEXT NOT NULL, version INTEGER NOT "
                               "NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL, "
                               "statements INTEGER NOT NULL, PRIMARY KEY (owner, version)) WITHOUT ROWID"
                             : "CREATE TABLE IF NOT EXISTS atrium_migrations (owner VARCHAR(64) NOT NULL, version "
                               "BIGINT NOT NULL, name VARCHAR(190) NOT NULL, checksum CHAR(64) NOT NULL, applied_at "
                               "BIGINT NOT NULL, statements BIGINT NOT NULL, PRIMARY KEY (owner, version)) "
                               "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin");
}

std::vector<MigrationRunner::Applied> MigrationRunner::readApplied(SqlSession& session, const std::string& owner) const
{
    std::vector<Applied> applied;
    for (const auto& row : session.query("SELECT version, name, checksum, applied_at, statements FROM "
                                         "atrium_migrations WHERE owner = ? ORDER BY version",
                                         {owner}))
        applied.push_back({row[0].integer(), row[1].text(), row[2].text(), row[3].integer(), row[4].integer()});
    return applied;
}

void MigrationRunner::requireSame(const std::string& owner, const std::vector<File>& files,
                                  const std::vector<Applied>& applied) const
{
    for (std::size_t i = 0; i < applied.size(); ++i) {
        const auto& known = applied[i];
        const auto where = owner + ": " + known.name;
        if (known.version != static_cast<std::int64_t>(i + 1))
            throw MigrationError(where + ": the record of number " + std::to_string(i + 1) + " before it is missing");
        if (known.appliedAt == 0)
            throw MigrationError(
                where + ": stopped half-way, after " + std::to_string(known.statements) +
                " statements; repair the tables by hand, then delete its row from atrium_migrations to run it again");
        if (i >= files.size())
            throw MigrationError(where + ": was applied, but the file is gone (an older version of the software?)");
        if (files[i].checksum != known.checksum)
            throw MigrationError(where + ": was changed after it was applied; write a new file instead");
    }
}

void MigrationRunner::apply(SqlSession& session, const std::string& owner, const File& file) const
{
    const bool atomic = session.dialect() == SqlDialect::Sqlite;
    const auto now = toMicroseconds(clock_.now());
    const auto total = static_cast<std::int64_t>(file.statements.size());
    if (atomic) session.begin(TransactionKind::Durable);
    session.execute("INSERT INTO atrium_migrations (owner, version, name, checksum, applied_at, statements) VALUES (?, "
                    "?, ?, ?, ?, ?)",
                    {owner, file.version, file.name, file.checksum, atomic ? now : 0, atomic ? total : 0});
    std::int64_t done = 0;
    for (const auto& statement : file.statements) {
        try {
            session.executePlain(statement);
            if (atomic && !session.inTransaction())
                throw SqlFailure(StorageError::Kind::Other, SqlFailure::Recovery::None,
                                 "a migration must not end the transaction it runs in");
        }
        catch (const StorageError& error) {
            if (atomic) session.rollback();
            else if (done == 0)
                // Nothing has happened yet: the file may simply be run again.
                session.execute("DELETE FROM atrium_migrations WHERE owner = ? AND version = ?", {owner, file.version});
            throw MigrationError(owner + ": " + file.name + ", statement " + std::to_string(done + 1) + " of " +
                                 std::to_string(total) + " failed: " + error.what() + " | " +
                                 statement.substr(0, maxStatementInMessage));
        }
        ++done;
        if (!atomic)
            session.execute(
                "UPDATE atrium_migrations SET statements = ?, applied_at = ? WHERE owner = ? AND version = ?",
                {done, done == total ? now : 0, owner, file.version});
    }
    if (atomic) session.commit();
}

} // namespace atrium::storage
