#include "challenge_table.h"

#include "secret.h"

#include <algorithm>

namespace atrium::auth {

std::string ChallengeTable::make(UserId user, Task task, bool refreshes)
{
    auto token = randomToken();
    const auto now = clock_.steadyNow();
    std::lock_guard lock(mutex_);
    std::erase_if(challenges_, [&](const auto& entry) { return entry.second.expiresAt <= now; });
    if (challenges_.size() >= maxChallenges)
        challenges_.erase(std::min_element(challenges_.begin(), challenges_.end(), [](const auto& a, const auto& b) {
            return a.second.expiresAt < b.second.expiresAt;
        }));
    challenges_[token] = {user, task, now + life, 0, refreshes};
    return token;
}

std::map<std::string, ChallengeTable::Challenge>::iterator ChallengeTable::usable(const std::string& token)
{
    const auto found = challenges_.find(token);
    if (found == challenges_.end()) return found;
    if (found->second.expiresAt > clock_.steadyNow() && found->second.tries < maxTries) return found;
    challenges_.erase(found);
    return challenges_.end();
}

std::optional<ChallengeTable::Challenge> ChallengeTable::tryOut(const std::string& token)
{
    std::lock_guard lock(mutex_);
    const auto found = usable(token);
    if (found == challenges_.end()) return std::nullopt;
    ++found->second.tries;
    return found->second;
}

std::optional<ChallengeTable::Challenge> ChallengeTable::find(const std::string& token)
{
    std::lock_guard lock(mutex_);
    const auto found = usable(token);
    return found == challenges_.end() ? std::nullopt : std::optional(found->second);
}

std::string ChallengeTable::tokenOf(UserId user)
{
    std::lock_guard lock(mutex_);
    const std::pair<const std::string, Challenge>* newest = nullptr;
    for (const auto& entry : challenges_)
        if (entry.second.user == user && (!newest || entry.second.expiresAt > newest->second.expiresAt))
            newest = &entry;
    return newest ? newest->first : std::string();
}

void ChallengeTable::remove(const std::string& token)
{
    std::lock_guard lock(mutex_);
    challenges_.erase(token);
}

} // namespace atrium::auth
