#pragma once

#include "atrium/clock.h"
#include "atrium/ids.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace atrium::auth {

/// People who gave the right password and still owe the second factor: a random token each, for five minutes and five
/// tries. In memory only: after a restart one signs in again. At most 10,000; the oldest goes. Thread: any.
class ChallengeTable {
public:
    static constexpr std::chrono::minutes life{5};
    static constexpr int maxTries = 5;
    static constexpr std::size_t maxChallenges = 10'000;

    /// What the second step has to do.
    enum class Task { Verify, SetUp };
    struct Challenge {
        UserId user;
        Task task = Task::Verify;
        SteadyTime expiresAt;
        int tries = 0;
        bool refreshes = false;
    };

    explicit ChallengeTable(const Clock& clock) : clock_(clock) {}

    std::string make(UserId user, Task task, bool refreshes);
    /// Counts a try; empty when the token is unknown, over or used up.
    std::optional<Challenge> tryOut(const std::string& token);
    /// Without counting.
    std::optional<Challenge> find(const std::string& token);
    /// The newest of an account, for clients that send an e-mail address instead (contracts.md §6).
    std::string tokenOf(UserId user);
    void remove(const std::string& token);

private:
    std::map<std::string, Challenge>::iterator usable(const std::string& token);

    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Challenge> challenges_;
};

} // namespace atrium::auth
