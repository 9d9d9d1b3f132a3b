#include "atrium/health.h"
#include "atrium/log.h"

namespace atrium {

const char* toString(LogLevel level)
{
    constexpr const char* names[] = {"trace", "debug", "info", "warning", "error"};
    return names[static_cast<std::size_t>(level)];
}

const char* toString(HealthState state)
{
    constexpr const char* names[] = {"healthy", "degraded", "failed"};
    return names[static_cast<std::size_t>(state)];
}

} // namespace atrium
