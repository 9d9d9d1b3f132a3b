#pragma once

#include "atrium/http.h"
#include "automation/automation_service.h"

namespace atrium::automation {

/// Versions of automations, and automations as one file, over REST. Every handler hands its work to core.
class VersionApi {
public:
    /// All outlive the API.
    VersionApi(AutomationService& service, Executor& core, Http& http);

private:
    void addVersions(Http& http);
    void addRollBack(Http& http);
    void addExport(Http& http);
    void addImport(Http& http);

    AutomationService& service_;
    Executor& core_;
    Subscriptions routes_;
};

} // namespace atrium::automation
