#pragma once

#include "atrium/result.h"

#include <set>
#include <string>
#include <string_view>

namespace atrium::auth {

/// What a new password has to be. Pure. Thread: any.
class PasswordPolicy {
public:
    static constexpr std::size_t maxCharacters = 200;

    /// `commonPasswords`: empty = none, `builtin` = the most used ones, else a file with one a line. Throws
    /// std::runtime_error when the file cannot be read.
    explicit PasswordPolicy(std::size_t minCharacters = 6, const std::string& commonPasswords = {});

    std::size_t minCharacters() const { return minCharacters_; }
    /// The sentence why `password` is refused; empty optional = it is fine.
    std::optional<Text> complaint(std::string_view password) const;
    /// The same as an error on the field `pointer`.
    Result<void> check(std::string_view password, const char* pointer) const;

private:
    std::size_t minCharacters_;
    std::set<std::string, std::less<>> common_; ///< lower case
};

} // namespace atrium::auth
