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
    void addDryRun(Http& http);
    void addDraftDryRun(Http& http);
    void addJobs(Http& http);
    /// On core.
    void tryOut(const Value& body, const std::string& name, const std::string& source, const Simulator::Asker& asker,
                const HttpAnswer& respond);

    Simulator& simulator_;
    AutomationService& service_;
    Executor& core_;
    Subscriptions routes_;
};

} // namespace atrium::automation
