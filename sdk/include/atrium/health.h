#pragma once

#include <string>

namespace atrium {

enum class HealthState { Healthy, Degraded, Failed };

const char* toString(HealthState state);

/// How a plugin says that it cannot do all of its work. Thread: any.
class Health {
public:
    virtual ~Health() = default;
    virtual void report(HealthState state, std::string reason) = 0;
};

} // namespace atrium
