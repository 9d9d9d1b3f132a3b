#include "storage/mysql_statement.h"

#include <charconv>
#include <errmsg.h>
#include <limits>
#include <memory>
#include <mysqld_error.h>

namespace atrium::storage {

namespace {

constexpr std::size_t maxSqlInMessage = 200;
// Numbers that the Debian client headers do not name.
constexpr unsigned connectionKilled = 1927;
constexpr unsigned statementTimeout = 1969;
constexpr unsigned checkViolatedMariaDb = 4025;
constexpr unsigned checkViolatedMySql = 3819;
constexpr unsigned executionTimeMySql = 3024;

enum class Shape { Integer, Number, Decimal, Text };

struct ResultColumn {
    Shape shape = Shape::Text;
    std::int64_t integer = 0;
    double number = 0;
    std::string buffer;
    unsigned long length = 0;
    my_bool isNull = 0;
    bool isUnsigned = false;
};

Shape shapeOf(const MYSQL_FIELD& field)
{
    switch (field.type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR: return Shape::Integer;
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE: return Shape::Number;
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL: return Shape::Decimal;
    default: return Shape::Text;
    }
}

/// SUM() of integers is DECIMAL: keep it exact where it is whole.
SqlValue fromDecimal(const std::string& text)
{
    const auto* end = text.data() + text.size();
    std::int64_t integer = 0;
    if (const auto [stop, error] = std::from_chars(text.data(), end, integer); error == std::errc{} && stop == end)
        return integer;
    double number = 0;
    std::from_chars(text.data(), end, number);
    return number;
}

SqlValue toValue(const ResultColumn& column)
{
    if (column.isNull) return {};
    switch (column.shape) {
    case Shape::Integer:
        if (column.isUnsigned && column.integer < 0)
            throw SqlFailure(StorageError::Kind::Other, SqlFailure::Recovery::None,
                             "an unsigned value exceeds 63 bits");
        return column.integer;
    case Shape::Number: return column.number;
    case Shape::Decimal: return fromDecimal(column.buffer.substr(0, column.length));
    case Shape::Text: break;
    }
    return column.buffer.substr(0, column.length);
}

} // namespace

void failMySql(unsigned number, const std::string& message, std::string_view sql)
{
    using Kind = StorageError::Kind;
    using Recovery = SqlFailure::Recovery;
    const std::string what =
        message + " (" + std::to_string(number) + "): " + std::string(sql.substr(0, maxSqlInMessage));
    switch (number) {
    case ER_DUP_ENTRY:
    case ER_NO_REFERENCED_ROW:
    case ER_NO_REFERENCED_ROW_2:
    case ER_ROW_IS_REFERENCED:
    case ER_ROW_IS_REFERENCED_2:
    case ER_BAD_NULL_ERROR:
    case ER_NO_DEFAULT_FOR_FIELD:
    case checkViolatedMariaDb:
    case checkViolatedMySql: throw SqlFailure(Kind::ConstraintViolated, Recovery::None, what);
    case ER_LOCK_DEADLOCK:
    case ER_LOCK_WAIT_TIMEOUT: throw SqlFailure(Kind::Busy, Recovery::RolledBack, what);
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case CR_COMMANDS_OUT_OF_SYNC:
    case CR_UNKNOWN_ERROR:
    case connectionKilled:
    case ER_SERVER_SHUTDOWN: throw SqlFailure(Kind::Unavailable, Recovery::Lost, what);
    case statementTimeout:
    case executionTimeMySql:
    case ER_QUERY_INTERRUPTED:
    case ER_DISK_FULL:
    case ER_RECORD_FILE_FULL:
    case ER_CON_COUNT_ERROR:
    case ER_OUT_OF_RESOURCES:
    case CR_OUT_OF_MEMORY: throw SqlFailure(Kind::Unavailable, Recovery::Broken, what);
    default: throw SqlFailure(Kind::Other, Recovery::None, what);
    }
}

MySqlStatement::MySqlStatement(MYSQL* connection, std::string_view sql)
    : statement_(mysql_stmt_init(connection)), sql_(sql)
{
    if (!statement_) failMySql(mysql_errno(connection), mysql_error(connection), sql_);
    if (mysql_stmt_prepare(statement_, sql_.data(), sql_.size()) != 0) {
        const auto number = mysql_stmt_errno(statement_);
        const std::string message = mysql_stmt_error(statement_);
        mysql_stmt_close(statement_);
        failMySql(number, message, sql_);
    }
    // Tells the longest value of each result column, so that buffers fit whatever the column's declared size is (D15).
    my_bool yes = 1;
    mysql_stmt_attr_set(statement_, STMT_ATTR_UPDATE_MAX_LENGTH, &yes);
}

MySqlStatement::~MySqlStatement() { mysql_stmt_close(statement_); }

std::size_t MySqlStatement::parameterCount() const { return mysql_stmt_param_count(statement_); }

void MySqlStatement::check(bool failed)
{
    if (failed) failMySql(mysql_stmt_errno(statement_), mysql_stmt_error(statement_), sql_);
}

void MySqlStatement::execute(std::span<const SqlParameters> rows)
{
    binds_.assign(parameterCount(), MYSQL_BIND{});
    std::size_t index = 0;
    for (const auto& row : rows) {
        for (const auto& value : row) {
            if (index == binds_.size()) break;
            requireBindable(value);
            auto& bind = binds_[index++];
            // The client only reads input buffers.
            if (const auto* integer = std::get_if<std::int64_t>(&value.content())) {
                bind.buffer_type = MYSQL_TYPE_LONGLONG;
                bind.buffer = const_cast<std::int64_t*>(integer);
            }
            else if (const auto* number = std::get_if<double>(&value.content())) {
                bind.buffer_type = MYSQL_TYPE_DOUBLE;
                bind.buffer = const_cast<double*>(number);
            }
            else if (const auto* text = std::get_if<std::string>(&value.content())) {
                bind.buffer_type = MYSQL_TYPE_STRING;
                bind.buffer = const_cast<char*>(text->data());
                bind.buffer_length = text->size();
                bind.length = &bind.buffer_length;
            }
            else {
                bind.buffer_type = MYSQL_TYPE_NULL;
            }
        }
    }
    std::size_t given = 0;
    for (const auto& row : rows) given += row.size();
    if (given != binds_.size())
        throw SqlFailure(StorageError::Kind::Other, SqlFailure::Recovery::None,
                         "wrong number of parameters: " + sql_.substr(0, maxSqlInMessage));
    if (!binds_.empty()) check(mysql_stmt_bind_param(statement_, binds_.data()) != 0);
    check(mysql_stmt_execute(statement_) != 0);
}

SqlRows MySqlStatement::rows()
{
    SqlRows rows;
    scan([&](SqlRow& row) {
        rows.push_back(std::move(row));
        return NextRow::Wanted;
    });
    return rows;
}

void MySqlStatement::scan(const RowVisitor& visit)
{
    const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> metadata(mysql_stmt_result_metadata(statement_),
                                                                            &mysql_free_result);
    if (!metadata) return;
    struct ResultUse {
        MYSQL_STMT* statement;
        ~ResultUse() { mysql_stmt_free_result(statement); }
    } use{statement_};
    check(mysql_stmt_store_result(statement_) != 0);
    // After store_result the metadata of the statement holds the longest lengths.
    const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> measured(mysql_stmt_result_metadata(statement_),
                                                                            &mysql_free_result);
    const unsigned count = mysql_num_fields(measured.get());
    const MYSQL_FIELD* fields = mysql_fetch_fields(measured.get());
    std::vector<ResultColumn> columns(count);
    std::vector<MYSQL_BIND> binds(count);
    for (unsigned i = 0; i < count; ++i) {
        auto& column = columns[i];
        auto& bind = binds[i];
        if (fields[i].type == MYSQL_TYPE_BIT)
            throw SqlFailure(StorageError::Kind::Other, SqlFailure::Recovery::None, "BIT columns are not supported");
        column.shape = shapeOf(fields[i]);
        column.isUnsigned = (fields[i].flags & UNSIGNED_FLAG) != 0;
        bind.is_null = &column.isNull;
        bind.length = &column.length;
        switch (column.shape) {
        case Shape::Integer:
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            bind.buffer = &column.integer;
            bind.is_unsigned = column.isUnsigned;
            break;
        case Shape::Number:
            bind.buffer_type = MYSQL_TYPE_DOUBLE;
            bind.buffer = &column.number;
            break;
        default:
            // Dates and decimals are converted to text: their max_length counts the binary form.
            column.buffer.resize(std::max<std::size_t>(fields[i].max_length, 128));
            bind.buffer_type = MYSQL_TYPE_STRING;
            bind.buffer = column.buffer.data();
            bind.buffer_length = column.buffer.size();
            break;
        }
    }
    check(mysql_stmt_bind_result(statement_, binds.data()) != 0);
    SqlRow row;
    for (;;) {
        const int code = mysql_stmt_fetch(statement_);
        if (code == MYSQL_NO_DATA) return;
        check(code == 1);
        if (code == MYSQL_DATA_TRUNCATED)
            throw SqlFailure(StorageError::Kind::Other, SqlFailure::Recovery::None,
                             "a result value was cut: " + sql_.substr(0, maxSqlInMessage));
        row.resize(count);
        for (unsigned i = 0; i < count; ++i) row[i] = toValue(columns[i]);
        if (visit(row) == NextRow::NotWanted) return;
    }
}

std::int64_t MySqlStatement::affectedRows() const
{
    // The client counts changed rows; the rest of the world, SQLite included, counts matched ones.
    if (const char* info = mysql_info(statement_->mysql)) {
        constexpr std::string_view prefix = "Rows matched: ";
        const std::string_view text(info);
        std::int64_t matched = 0;
        if (text.substr(0, prefix.size()) == prefix &&
            std::from_chars(text.data() + prefix.size(), text.data() + text.size(), matched).ec == std::errc{})
            return matched;
    }
    const auto count = mysql_stmt_affected_rows(statement_);
    return count == std::numeric_limits<decltype(count)>::max() ? 0 : static_cast<std::int64_t>(count);
}

std::int64_t MySqlStatement::insertId() const { return static_cast<std::int64_t>(mysql_stmt_insert_id(statement_)); }

} // namespace atrium::storage
