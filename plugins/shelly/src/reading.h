#pragma once

#include "atrium/value.h"

#include <string>
#include <utility>
#include <vector>

namespace atrium::shelly {

/// Values by role that one message brought for one entity.
struct Reading {
    std::string entity;
    std::vector<std::pair<std::string, Value>> values;
};

} // namespace atrium::shelly
