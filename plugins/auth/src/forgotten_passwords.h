#pragma once

#include "accounts_service.h"
#include "atrium/metrics.h"

#include <deque>

namespace atrium::auth {

/// People who ask for a new password. They are answered before anything is looked up, and what they asked for is done
/// within a second, for all of them together: neither words nor time tell whether there is such an account. Waiting
/// requests are bounded; the next is refused. Thread: any.
class ForgottenPasswords {
public:
    static constexpr std::size_t waitingLimit = 1000;

    ForgottenPasswords(AccountsService& accounts, Metrics& metrics);

    /// False when too many wait.
    bool add(std::string email, Language language);
    /// Mails the codes of those that wait. Blocks; throws StorageError.
    void work();

private:
    struct Request {
        std::string email;
        Language language;
    };
    AccountsService& accounts_;
    Gauge& waitingGauge_;
    std::mutex mutex_;
    std::deque<Request> waiting_;
};

} // namespace atrium::auth
