#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::storage {

/// The statements of a script, without their `;`, without comments and blank space around them. Knows quotes ('', "",
/// ``), comments (--, #, /* */) and the bodies of CREATE TRIGGER (BEGIN ... END). Throws std::invalid_argument when a
/// quote, a comment or a trigger body is not closed. Thread: any.
std::vector<std::string> splitStatements(std::string_view script);

/// Where the one parenthesised list behind VALUES stands in an INSERT or REPLACE.
struct ValuesList {
    std::size_t begin;
    std::size_t end; ///< behind the closing parenthesis
};

/// Empty when `sql` is no INSERT/REPLACE ... VALUES (...), or has placeholders outside of that list.
std::optional<ValuesList> findValuesList(std::string_view sql);

/// `sql` with its list `count` times.
std::string repeatValuesList(std::string_view sql, ValuesList list, std::size_t count);

} // namespace atrium::storage
