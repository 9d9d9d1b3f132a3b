#include "login_throttle.h"

#include <algorithm>

namespace atrium::auth {

LoginThrottle::LoginThrottle(const Clock& clock, std::size_t failuresAllowed, std::chrono::minutes within)
    : clock_(clock), failuresAllowed_(failuresAllowed), within_(within)
{}

void LoginThrottle::forgetOld(std::deque<SteadyTime>& failures) const
{
    while (!failures.empty() && clock_.steadyNow() - failures.front() >= within_) failures.pop_front();
}

std::optional<std::chrono::seconds> LoginThrottle::closedFor(const std::string& emailKey)
{
    std::lock_guard lock(mutex_);
    const auto found = failures_.find(emailKey);
    if (found == failures_.end()) return std::nullopt;
    forgetOld(found->second);
    if (found->second.empty()) {
        failures_.erase(found);
        return std::nullopt;
    }
    if (found->second.size() < failuresAllowed_) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(within_ - (clock_.steadyNow() - found->second.front()));
}

void LoginThrottle::failed(const std::string& emailKey)
{
    std::lock_guard lock(mutex_);
    if (failures_.size() >= maxAddresses && !failures_.contains(emailKey))
        failures_.erase(std::min_element(failures_.begin(), failures_.end(), [](const auto& a, const auto& b) {
            return a.second.back() < b.second.back();
        }));
    auto& failures = failures_[emailKey];
    forgetOld(failures);
    failures.push_back(clock_.steadyNow());
    if (failures.size() > failuresAllowed_) failures.pop_front();
}

void LoginThrottle::succeeded(const std::string& emailKey)
{
    std::lock_guard lock(mutex_);
    failures_.erase(emailKey);
}

} // namespace atrium::auth
