#pragma once

#include "ast.h"

#include <string_view>

namespace atrium::jinja {

/// Parses a template of the Jinja subset. Throws SyntaxError, also for what is longer than 16 KB or nested deeper
/// than 64.
Block parse(std::string_view source);

} // namespace atrium::jinja
