#pragma once

#include "storage/sql_session.h"

#include <mysql.h>

#include <span>
#include <string>

namespace atrium::storage {

/// Throws the SqlFailure for a client or server error number.
[[noreturn]] void failMySql(unsigned number, const std::string& message, std::string_view sql);

/// One prepared statement of the MariaDB client. Thread: that of its session. Methods throw SqlFailure.
class MySqlStatement {
public:
    MySqlStatement(MYSQL* connection, std::string_view sql);
    ~MySqlStatement();
    MySqlStatement(const MySqlStatement&) = delete;
    MySqlStatement& operator=(const MySqlStatement&) = delete;

    std::size_t parameterCount() const;
    /// Runs it with the values of all `rows` behind one another (one row, or a list of VALUES).
    void execute(std::span<const SqlParameters> rows);
    /// The result of execute(), typed: integers, doubles, exact integers out of DECIMAL, text.
    SqlRows rows();
    /// The same, row by row.
    void scan(const RowVisitor& visit);
    std::int64_t affectedRows() const;
    std::int64_t insertId() const;

private:
    void check(bool failed);

    MYSQL_STMT* statement_ = nullptr;
    std::string sql_;
    std::vector<MYSQL_BIND> binds_;
};

} // namespace atrium::storage
