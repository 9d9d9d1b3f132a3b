#pragma once

#include "atrium/http.h"
#include "automation/automation_service.h"

namespace atrium::automation {

/// Calls from outside that start rules, and what their authors must tell the callers. Handlers hand their work to core;
/// a call is answered when its runs are in the journal on the disk.
class HookApi {
public:
    /// All outlive the API.
    HookApi(AutomationService& service, Executor& core, Http& http);

private:
    void addHook(Http& http, HttpMethod method, const char* operation);
    void addRead(Http& http);
    void addRenew(Http& http);

    AutomationService& service_;
    Executor& core_;
    Subscriptions routes_;
};

} // namespace atrium::automation
