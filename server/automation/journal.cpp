#include "automation/journal.h"

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;
constexpr std::size_t maxPending = 5000;
constexpr int maxPerAutomation = 20;
constexpr auto gatherFor = 200ms;
constexpr auto retryAfter = 2s;

} // namespace

const char* toString(SourceKind kind)
{
    constexpr const char* names[] = {"shipped", "local", "database", "plugin"};
    return names[static_cast<std::size_t>(kind)];
}

SourceKind parseSourceKind(std::string_view word)
{
    return word == "shipped"  ? SourceKind::Shipped
           : word == "local"  ? SourceKind::LocalFile
           : word == "plugin" ? SourceKind::Plugin
                              : SourceKind::Database;
}

Journal::Journal(std::shared_ptr<JournalStore> store, Executor& core, Executor& worker, Scheduler& scheduler, Log& log,
                 Metrics& metrics)
    : store_(std::move(store)), core_(core), worker_(worker), scheduler_(scheduler), log_(log),
      dropped_(metrics.counter("atrium_rule_journal_dropped_total", "Ended runs that were not written to the run log")),
      failures_(metrics.counter("atrium_rule_journal_failures_total", "Failed writes of the journal of rules")),
      depth_(metrics.gauge("atrium_queue_depth", "Entries waiting", {{"queue", "rule_journal"}}))
{}

Journal::~Journal() { *alive_ = false; }

void Journal::put(const RunRecord& run, std::function<void(bool)> committed)
{
    put(std::make_shared<const RunRecord>(run), std::move(committed));
}

void Journal::put(KeptRun run, std::function<void(bool)> committed)
{
    auto& pending = pending_[run->id];
    pending.run = std::move(run);
    if (committed) pending.committed.push_back(std::move(committed));
    depth_.set(static_cast<double>(pending_.size()));
}

void Journal::ended(KeptRun run)
{
    if (!store_) return;
    const auto id = run->id;
    put(std::move(run), nullptr);
    if (stored_.contains(id)) {
        // Its row says "waiting": were that to survive a crash, the run would be taken up a second time.
        urgent_ = true;
        return write();
    }
    if (pending_.size() > maxPending) {
        for (auto entry = pending_.begin(); entry != pending_.end(); ++entry) {
            if (!hasEnded(entry->second.run->state) || stored_.contains(entry->first)) continue;
            pending_.erase(entry);
            dropped_.add();
            break;
        }
    }
    writeSoon();
}

void Journal::begins(const RunRecord& run, Decision decision, std::function<void(bool)> committed)
{
    if (!store_) return committed(true);
    put(run, std::move(committed));
    if (decision.mark) marks_.push_back(std::move(*decision.mark));
    if (decision.hold) holds_[std::move(decision.hold->key)] = std::move(decision.hold->hold);
    urgent_ = true;
    write();
}

void Journal::queues(const RunRecord& run, Urgency urgency)
{
    if (!store_) return;
    put(run, nullptr);
    if (urgency == Urgency::Soon) return writeSoon();
    urgent_ = true;
    write();
}

bool Journal::withdraw(std::uint64_t run)
{
    if (!store_) return true;
    if (stored_.contains(run)) return false;
    pending_.erase(run);
    return true;
}

void Journal::keep(Decision decision)
{
    if (!store_) return;
    if (decision.mark) marks_.push_back(std::move(*decision.mark));
    if (decision.hold) holds_[std::move(decision.hold->key)] = std::move(decision.hold->hold);
    writeSoon();
}

void Journal::keep(HoldChange change, Urgency urgency)
{
    if (!store_) return;
    holds_[std::move(change.key)] = std::move(change.hold);
    if (urgency == Urgency::Soon) return writeSoon();
    urgent_ = true;
    write();
}

void Journal::keep(FailureCount count)
{
    if (!store_) return;
    std::pair key{count.automation, count.rule};
    failureCounts_.insert_or_assign(std::move(key), std::move(count));
    writeSoon();
}

void Journal::keep(TimerChange change, std::function<void(bool)> committed)
{
    if (!store_) {
        if (committed) committed(true);
        return;
    }
    timers_.push_back(std::move(change));
    if (committed) answers_.push_back(std::move(committed));
    urgent_ = true;
    write();
}

void Journal::settle(std::function<void(bool)> kept)
{
    if (!store_ || isIdle()) return kept(true);
    if (!hasWork()) {
        onTheWay_->push_back(std::move(kept));
        return;
    }
    answers_.push_back(std::move(kept));
    urgent_ = true;
    write();
}

void Journal::waits(const RunRecord& run, std::function<void(bool)> committed)
{
    if (!store_) return committed(true);
    put(run, std::move(committed));
    urgent_ = true;
    write();
}

void Journal::progressed(const RunRecord& run)
{
    if (!store_ || !stored_.contains(run.id)) return;
    put(run, nullptr);
    urgent_ = true;
    write();
}

void Journal::waitsOn(const RunRecord& run, Urgency urgency)
{
    // The wait itself may still be on its way.
    if (!store_ || (!stored_.contains(run.id) && !pending_.contains(run.id))) return;
    put(run, nullptr);
    if (urgency == Urgency::Soon) return writeSoon();
    urgent_ = true;
    write();
}

void Journal::keep(JournalBatch::Store store)
{
    if (!store_) return;
    for (auto& known : stores_)
        if (known.automation == store.automation && known.rule == store.rule) {
            known.content = std::move(store.content);
            return;
        }
    stores_.push_back(std::move(store));
    writeSoon();
}

void Journal::writeSoon()
{
    if (writing_ || timer_) return;
    timer_ = scheduler_.after(gatherFor, [this] {
        timer_.reset();
        write();
    });
}

void Journal::write()
{
    if (writing_ || isIdle()) return;
    auto batch = std::make_shared<JournalBatch>();
    auto answers = std::make_shared<Answers>();
    std::map<AutomationId, int> written;
    for (auto entry = pending_.rbegin(); entry != pending_.rend(); ++entry) {
        auto& [id, pending] = *entry;
        const auto known = stored_.find(id);
        if (known == stored_.end() && hasEnded(pending.run->state) &&
            ++written[pending.run->automation] > maxPerAutomation) {
            dropped_.add();
            continue;
        }
        JournalBatch::Entry item{std::move(pending.run), known == stored_.end() ? 0 : known->second,
                                 known != stored_.end()};
        const bool waits = item.run->state == RunState::Waiting || item.run->state == RunState::Queued;
        if (item.stored || waits || !pending.committed.empty()) batch->durable = true;
        if (hasEnded(item.run->state)) stored_.erase(id);
        else stored_[id] = item.run->steps.size();
        for (auto& answer : pending.committed) answers->push_back(std::move(answer));
        batch->runs.push_back(std::move(item));
    }
    pending_.clear();
    depth_.set(0);
    batch->stores = std::move(stores_);
    stores_.clear();
    batch->marks = std::move(marks_);
    marks_.clear();
    batch->timers = std::move(timers_);
    timers_.clear();
    for (auto& [key, hold] : std::exchange(holds_, {})) batch->holds.push_back({key, std::move(hold)});
    for (auto& [key, count] : std::exchange(failureCounts_, {})) batch->failureCounts.push_back(std::move(count));
    if (!batch->timers.empty() || !batch->holds.empty()) batch->durable = true;
    answers->insert(answers->end(), answers_.begin(), answers_.end());
    answers_.clear();
    onTheWay_ = answers;
    urgent_ = false;
    writing_ = true;

    auto finish = [this, alive = alive_, batch, answers](bool ok, const std::string& reason) {
        if (!*alive) return;
        writing_ = false;
        if (!ok) {
            failures_.add();
            log_.error("journal of rules not written", {{"reason", reason}, {"runs", batch->runs.size()}});
            marks_.insert(marks_.begin(), batch->marks.begin(), batch->marks.end());
            timers_.insert(timers_.begin(), batch->timers.begin(), batch->timers.end());
            for (auto& hold : batch->holds) holds_.emplace(hold.key, std::move(hold.hold)); // unless there is news
            for (auto& count : batch->failureCounts)
                failureCounts_.emplace(std::pair{count.automation, count.rule}, count);
            for (auto& entry : batch->runs) {
                if (!entry.stored) {
                    stored_.erase(entry.run->id); // the next write starts from nothing
                    continue;
                }
                // A row that says "waiting" must not survive: the run would be taken up a second time.
                stored_[entry.run->id] = entry.storedSteps;
                pending_.try_emplace(entry.run->id, Pending{entry.run, {}});
            }
        }
        for (auto& answer : *answers) answer(ok);
        if (urgent_) write();
        else if (!isIdle()) {
            if (ok) writeSoon();
            else
                timer_ = scheduler_.after(retryAfter, [this] {
                    timer_.reset();
                    write();
                });
        }
    };
    const bool accepted = worker_.post([store = store_, batch, &core = core_, finish] {
        std::string reason;
        bool ok = true;
        try {
            store->write(*batch);
        }
        catch (const std::exception& error) {
            ok = false;
            reason = error.what();
        }
        core.postPatiently([finish, ok, reason] { finish(ok, reason); });
    });
    // Not before this returns, and surely: until then nothing else is written.
    if (!accepted) refused_ = scheduler_.after(0us, [finish] { finish(false, "the worker queue is full"); });
}

} // namespace atrium::automation
