#pragma once

#include "atrium/http.h"
#include "atrium/services/accounts.h"
#include "automation/automation_service.h"

namespace atrium::automation {

/// The mode of the house and its sun over REST. Every handler hands its work to core.
class HouseApi {
public:
    /// All outlive the API.
    HouseApi(AutomationService& service, Executor& core, Http& http);

    /// `house.read` and `house.set`.
    static std::vector<PermissionDeclaration> permissions();

private:
    Object view() const;

    AutomationService& service_;
    Executor& core_;
    Subscriptions routes_;
};

} // namespace atrium::automation
