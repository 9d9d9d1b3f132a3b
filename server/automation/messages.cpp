#include "automation/messages.h"

namespace atrium::automation {

const char* toString(StepKind kind)
{
    constexpr const char* names[] = {"command",  "publish", "log",    "wait", "call",
                                     "wait_for", "history", "select", "web"};
    const auto index = static_cast<std::size_t>(kind);
    return index < std::size(names) ? names[index] : "unknown";
}

} // namespace atrium::automation
