#pragma once

#include "atrium/http.h"
#include "automation/simulation/simulator.h"

namespace atrium::automation {

/// Trying automations over REST: the tests of a text, and dry runs. Every handler hands its work to core.
class SimulationApi {
public:
    /// All outlive the API.
    SimulationApi(Simulator& simulator, AutomationService& service, Executor& core, Http& http);

private:
    void addTestRoute(Http& http);
    void addDryRunRoute(Http& http);

    Simulator& simulator_;
    AutomationService& service_;
    Executor& core_;
    Subscriptions routes_;
};

} // namespace atrium::automation
