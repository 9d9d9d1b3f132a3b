#pragma once

#include "atrium/clock.h"
#include "atrium/ids.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/outgoing/web_client.h"
#include "atrium/outgoing/web_policy.h"
#include "runtime/core_loop.h"
#include "runtime/worker_pool.h"

#include <functional>
#include <map>
#include <memory>

namespace atrium::automation {

struct WebOptions {
    std::vector<std::string> hosts; ///< that may be asked; none = no server at all
    outgoing::PrivateAddresses privateAddresses = outgoing::PrivateAddresses::Refused;
    std::string authorityFile; ///< of https servers; empty = the system's
    int perMinute = 60;        ///< questions of one automation
};

/// Asks servers for rules, on the threads `rule-web` (four; 100 questions wait, more are refused). No question lasts
/// longer than its patience, whatever the server does. Thread of methods: core.
class WebDesk {
public:
    /// All outlive the desk.
    WebDesk(WebOptions options, Executor& core, Scheduler& scheduler, const Clock& clock, Log& log, Metrics& metrics);
    ~WebDesk();

    using Done = std::function<void(bool ok, Value result)>;
    /// `payload` is what the step of a script carries: method, url, headers, body, microseconds. `done` runs on core,
    /// maybe before ask() returns, with {status, headers, body, json} or the reason.
    static constexpr std::size_t largestBody = 24 * 1024;
    void ask(AutomationId automation, const Object& payload, Done done);
    /// Breaks off what is under way. Thread: any.
    void stop();

private:
    struct Minute {
        UtcTime began{};
        int count = 0;
    };
    bool withinBudget(AutomationId automation);

    const WebOptions options_;
    const outgoing::WebPolicy policy_;
    Executor& core_;
    Scheduler& scheduler_;
    const Clock& clock_;
    Counter& asked_;
    Counter& refused_;
    Gauge& depth_;
    std::map<AutomationId, Minute> minutes_;
    std::map<std::uint64_t, std::pair<std::shared_ptr<outgoing::WebClient>, Subscription>> underWay_;
    std::uint64_t lastNumber_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    runtime::WorkerPool worker_;
};

} // namespace atrium::automation
