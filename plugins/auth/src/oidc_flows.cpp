#include "oidc_flows.h"

#include "secret.h"

#include <algorithm>

namespace atrium::auth {

OidcFlows::Flow OidcFlows::begin()
{
    const Flow flow{randomToken(), randomToken(), randomToken(), randomToken()};
    const auto now = clock_.steadyNow();
    std::lock_guard lock(mutex_);
    std::erase_if(flows_, [now](const auto& entry) { return entry.second.expiresAt <= now; });
    if (flows_.size() >= maxFlows)
        flows_.erase(std::min_element(flows_.begin(), flows_.end(), [](const auto& a, const auto& b) {
            return a.second.expiresAt < b.second.expiresAt;
        }));
    flows_[flow.state] = {flow, now + life};
    return flow;
}

std::optional<OidcFlows::Flow> OidcFlows::take(const std::string& state, std::string_view browser)
{
    std::lock_guard lock(mutex_);
    const auto entry = flows_.extract(state);
    if (entry.empty() || entry.mapped().expiresAt <= clock_.steadyNow()) return std::nullopt;
    if (!equalInConstantTime(entry.mapped().flow.browser, browser)) return std::nullopt;
    return entry.mapped().flow;
}

} // namespace atrium::auth
