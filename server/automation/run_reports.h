#pragma once

#include "atrium/clock.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/realtime.h"
#include "atrium/scheduler.h"
#include "automation/journal.h"
#include "automation/run_log.h"

namespace atrium::automation {

/// What others hear of runs: the run log, the journal, the metrics, WebSocket clients. Of a run that is over at once
/// they hear up to 10 ms later, with others: its effects are on their way then, and are not to wait for the books
/// (ADR 9). Bound: 64 runs gather, the next one has all of them told. Thread: core.
class RunReports {
public:
    struct Services {
        Scheduler& scheduler;
        const Clock& clock;
        Realtime& realtime;
        Log& log;
        Metrics& metrics;
    };
    RunReports(Services services, Journal& journal, RunLog& runLog);

    /// A run that goes on: clients see what it does.
    void changed(const RunRecord& run);
    /// A run that is over, and that nobody has heard of yet.
    void endedSoon(KeptRun run);
    void ended(KeptRun run);
    /// Whoever reads the run log asks for this before.
    void tell();

private:
    void tell(const KeptRun& run);

    Services services_;
    Journal& journal_;
    RunLog& runLog_;
    Histogram& duration_;
    std::vector<KeptRun> gathered_;
    Subscription timer_;
};

} // namespace atrium::automation
