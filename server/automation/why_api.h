#pragma once

#include "atrium/http.h"
#include "automation/automation_service.h"

namespace atrium::automation {

/// Answers "why did it not run?" over REST. Handlers hand their work to core.
class WhyApi {
public:
    /// All outlive the API.
    WhyApi(AutomationService& service, Executor& core, Http& http);

private:
    Subscription route_;
};

} // namespace atrium::automation
