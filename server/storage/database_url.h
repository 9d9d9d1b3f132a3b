#pragma once

#include "atrium/database.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace atrium::storage {

/// Where the database of the site is, as the configuration key `database.url` says it:
///   sqlite:PATH                            a file, relative to the data folder; `sqlite:atrium.db` is the default
///   mysql://user:password@host:port/name   MariaDB or MySQL over TCP; parts are percent-encoded (RFC 3986), port 3306
struct DatabaseUrl {
    SqlDialect dialect = SqlDialect::Sqlite;
    std::string path; ///< SQLite: absolute, or relative to the working folder when the data folder is
    std::string host;
    std::uint16_t port = 3306;
    std::string user;
    std::string password;
    std::string name;

    /// For logs: without the password.
    std::string describe() const;
};

/// Throws ErrorException (InvalidArgument) that says what is allowed and never repeats the text, which may hold a
/// password. An empty text is the default. Thread: any.
DatabaseUrl parseDatabaseUrl(std::string_view text, const std::string& dataFolder);

} // namespace atrium::storage
