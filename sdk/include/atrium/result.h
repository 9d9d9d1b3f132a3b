#pragma once

#include "atrium/text.h"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace atrium {

/// What went wrong, by kind. One table (`httpStatus`) maps it to HTTP; Lua and WebSocket errors carry `toString`.
enum class ErrorCode {
    InvalidArgument,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    Conflict,
    Gone,
    PreconditionFailed,
    PayloadTooLarge,
    UnsupportedMediaType,
    Unprocessable,
    PreconditionRequired,
    TooManyRequests,
    Internal,
    NotImplemented,
    Unavailable,
    Timeout,
};

/// The HTTP status of an error (RFC 9110).
int httpStatus(ErrorCode code);

/// The stable machine-readable name, e.g. `not-found`.
const char* toString(ErrorCode code);

/// A place in a text, in lines and characters counted from 1; `endColumn` is behind the last one. Column 0 = the whole
/// line.
struct TextPlace {
    int line = 0;
    int column = 0;
    int endColumn = 0;
};

/// One field that was refused: a JSON pointer (RFC 6901) and why.
struct FieldError {
    std::string pointer;
    std::string detail;
    std::optional<TextPlace> place{}; ///< when the field is a text of several lines
};

/// An ordinary failure. Only `message` and `fields` ever leave the process; `detail` goes to the log.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    Text message;
    std::string detail;
    std::vector<FieldError> fields;
    std::optional<std::chrono::seconds> retryAfter;
    /// Overrides httpStatus(code) where an existing client relies on another status; 0 = no override.
    int status = 0;
};

/// Makes the usual errors, with a general sentence where none is given.
Error makeError(ErrorCode code, Text message = {}, std::string detail = {});

/// Carries an Error through code that throws (start-up, storage). `what()` is for logs only.
class ErrorException : public std::runtime_error {
public:
    explicit ErrorException(Error error);
    const Error& error() const { return error_; }

private:
    Error error_;
};

/// A value or an Error. Reading the wrong side throws ErrorException / std::logic_error.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return content_.index() == 0; }
    explicit operator bool() const { return ok(); }

    const T& value() const&
    {
        requireValue();
        return std::get<0>(content_);
    }
    T& value() &
    {
        requireValue();
        return std::get<0>(content_);
    }
    T&& value() &&
    {
        requireValue();
        return std::get<0>(std::move(content_));
    }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }

    const Error& error() const { return std::get<1>(content_); }
    Error& error() { return std::get<1>(content_); }

private:
    void requireValue() const
    {
        if (!ok()) throw ErrorException(std::get<1>(content_));
    }
    std::variant<T, Error> content_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    bool ok() const { return !error_; }
    explicit operator bool() const { return ok(); }
    const Error& error() const { return *error_; }
    void value() const
    {
        if (error_) throw ErrorException(*error_);
    }

private:
    std::optional<Error> error_;
};

} // namespace atrium
