#pragma once

#include "atrium/http.h"
#include "atrium/services/accounts.h"
#include "automation/automation_service.h"

namespace atrium::automation {

/// Automations over REST. Every handler hands its work to core and answers from there.
class AutomationApi {
public:
    /// Both outlive the API.
    AutomationApi(AutomationService& service, Executor& core, Http& http);

    /// `automations.read` and `automations.write`.
    static std::vector<PermissionDeclaration> permissions();

private:
    using Work = std::function<void(const HttpAnswer&)>;
    void onCore(HttpAnswer answer, Work work);
    void addReadRoutes(Http& http);
    void addWriteRoutes(Http& http);
    Value toValue(AutomationId id) const;
    void answerWith(AutomationId id, int status, const HttpAnswer& answer) const;

    AutomationService& service_;
    Executor& core_;
    Subscriptions routes_;
};

} // namespace atrium::automation
