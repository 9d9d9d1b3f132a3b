#pragma once

#include "atrium/value.h"

#include <string>
#include <utility>
#include <vector>

namespace atrium::contract {

/// A small value that fits a JSON Schema (the keywords that routes use).
Value sampleOf(const Value& schema);

/// Bodies that break the schema of an object, each with what is wrong: one required member missing, one member of
/// another type, no object at all.
std::vector<std::pair<std::string, Value>> brokenSamplesOf(const Value& schema);

} // namespace atrium::contract
