#pragma once

#include "functions.h"

#include <map>
#include <optional>

namespace atrium::jinja {

using FilterFunction = Var (*)(const Var&, const Call&);
using Filters = std::map<std::string, FilterFunction, std::less<>>;

/// Filters by name: numbers and single values, texts, lists, regular expressions.
const Filters& valueFilters();
const Filters& textFilters();
const Filters& listFilters();
const Filters& regexFilters();

/// Throws RenderError when the value is undefined.
void refuseUndefined(const Var& value);
/// The value as a number, if it is one or the text of one. Throws RenderError when it is undefined.
std::optional<double> asFloat(const Var& value);
/// A number without its fraction; empty when it does not fit.
std::optional<std::int64_t> whole(double number);
/// The argument `default` of a filter that could not read `value`. Throws RenderError when there is none.
Var orDefault(const Call& call, std::size_t place, const char* filter, const Var& value);
/// The text with each letter changed: ASCII only, as devices send.
std::string mapped(const std::string& text, int (*change)(int));
/// The text without the letters of `set` at its ends.
std::string strip(std::string_view text, std::string_view set = " \t\n\r\v\f");

} // namespace atrium::jinja
