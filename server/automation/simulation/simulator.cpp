#include "automation/simulation/simulator.h"

namespace atrium::automation {

namespace {

constexpr std::size_t mostJobs = 5; ///< with the one that runs
/// Those that were given up leave the thread's queue when it comes to them.
constexpr std::size_t mostQueued = 100;

Error tooManyWait()
{
    return makeError(ErrorCode::Unavailable,
                     {"Trop de simulations attendent, réessayez", "Too many simulations wait already, try again"});
}

Error givenUp()
{
    return makeError(ErrorCode::Unavailable, {"La simulation a été abandonnée", "The simulation was given up"});
}

} // namespace

Simulator::Simulator(AutomationService& service, Executor& core, const Clock& clock, const Devices& devices,
                     RecordedHistory& history, Log& log, Metrics& metrics)
    : service_(service), core_(core), clock_(clock), devices_(devices), history_(history), log_(log),
      depth_(metrics.gauge("atrium_queue_depth", "Tasks or messages that wait", {{"queue", "simulations"}})),
      worker_("simulate", 1, mostQueued, [&log](const std::string& text) {
          log.error("a simulation failed", {{"reason", text}});
      })
{}

Simulator::~Simulator() { stop(); }

void Simulator::stop()
{
    stopping_.request_stop();
    worker_.stop();
}

WorldPlan Simulator::plan(const Principal& who) const
{
    WorldPlan plan;
    plan.host = service_.hostOptions();
    const auto& surroundings = service_.engine().surroundings();
    plan.site = surroundings.site();
    plan.mode = surroundings.mode();
    const auto list = devices_.list();
    for (const auto& device : list->devices)
        if (who.may(RuleRights::readPermission, accessObjectOf(*device))) plan.devices.push_back(device);
    plan.begin = clock_.now();
    plan.library = service_.library();
    plan.modules = service_.engine().effects().definitions();
    return plan;
}

template <class Answer>
void Simulator::perform(const std::string& name, const Asker& asker,
                        std::function<Result<Answer>(const WorldPlan&, SimulationJob&)> work,
                        std::function<void(Result<Answer>)> done)
{
    std::erase_if(jobs_, [](const auto& job) { return job->stop.stop_requested(); });
    if (jobs_.size() >= mostJobs) return done(tooManyWait());
    auto job = std::make_shared<SimulationJob>();
    job->id = ++lastJob_;
    job->user = asker.who.user;
    job->name = name;
    auto house = plan(asker.who);
    house.nobodyWaits = job->stop.get_token();
    // Whoever asked may go away, and the server may stop.
    const auto end = [job] { job->stop.request_stop(); };
    using Ending = std::stop_callback<std::function<void()>>;
    auto gone = std::make_shared<Ending>(asker.nobodyWaits, end);
    auto stopping = std::make_shared<Ending>(stopping_.get_token(), end);
    const bool posted =
        worker_.post([this, job, gone, stopping, house = std::move(house), work = std::move(work), done] {
            Result<Answer> answer = givenUp();
            try {
                job->state = SimulationJob::State::Running;
                if (!job->stop.stop_requested()) answer = work(house, *job);
            }
            catch (const std::exception& error) {
                log_.error("a simulation failed", {{"reason", error.what()}});
                answer = makeError(ErrorCode::Internal);
            }
            core_.postPatiently([this, job, done, answer = std::move(answer)] {
                std::erase(jobs_, job);
                depth_.set(static_cast<double>(jobs_.size()));
                done(answer);
            });
        });
    if (!posted) return done(tooManyWait());
    jobs_.push_back(job);
    depth_.set(static_cast<double>(jobs_.size()));
}

void Simulator::test(const std::string& name, const std::string& source, const Asker& asker,
                     std::function<void(Result<std::vector<RuleTestResult>>)> done)
{
    perform<std::vector<RuleTestResult>>(
        name, asker, [name, source](const WorldPlan& plan, SimulationJob&) { return runRuleTests(plan, name, source); },
        std::move(done));
}

void Simulator::tryOut(DryRun dryRun, const Asker& asker, std::function<void(Result<Object>)> done)
{
    const auto name = dryRun.name;
    perform<Object>(
        name, asker,
        [this, dryRun = std::move(dryRun)](const WorldPlan& plan, SimulationJob& job) {
            return automation::tryOut(plan, dryRun, history_, job.progress);
        },
        std::move(done));
}

std::vector<std::shared_ptr<const SimulationJob>> Simulator::jobs(UserId user) const
{
    std::vector<std::shared_ptr<const SimulationJob>> list;
    for (const auto& job : jobs_)
        if (job->user == user && !job->stop.stop_requested()) list.push_back(job);
    return list;
}

} // namespace atrium::automation
