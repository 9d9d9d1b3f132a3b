#include "forgotten_passwords.h"

namespace atrium::auth {

ForgottenPasswords::ForgottenPasswords(AccountsService& accounts, Metrics& metrics)
    : accounts_(accounts),
      waitingGauge_(metrics.gauge("atrium_auth_password_requests", "Requests for a new password that wait"))
{}

bool ForgottenPasswords::add(std::string email, Language language)
{
    std::lock_guard lock(mutex_);
    if (waiting_.size() >= waitingLimit) return false;
    waiting_.push_back({std::move(email), language});
    waitingGauge_.set(static_cast<double>(waiting_.size()));
    return true;
}

void ForgottenPasswords::work()
{
    std::deque<Request> requests;
    {
        std::lock_guard lock(mutex_);
        requests.swap(waiting_);
        waitingGauge_.set(0);
    }
    for (const auto& request : requests) accounts_.forgotPassword(request.email, request.language);
}

} // namespace atrium::auth
