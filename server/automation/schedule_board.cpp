#include "automation/schedule_board.h"

#include "automation/reasons.h"

#include <algorithm>

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;
constexpr auto lookPeriod = 30s;

double toSeconds(UtcTime time) { return static_cast<double>(toMicroseconds(time)) / 1e6; }

} // namespace

ScheduleBoard::ScheduleBoard(Scheduler& scheduler, const Clock& clock, Handlers handlers)
    : scheduler_(scheduler), clock_(clock), handlers_(std::move(handlers)), lastSteady_(clock.steadyNow()),
      lastUtc_(clock.now()), upSince_(clock.now())
{
    look_ = scheduler_.every(lookPeriod, [this] { lookAtClock(); });
}

void ScheduleBoard::add(RuleKey rule, std::vector<LocalSchedule> schedules, UtcTime decided)
{
    if (decided > clock_.now() + wrongClock) decided = clock_.now();
    auto& entry = entries_.emplace(rule.instance, Entry{rule, std::move(schedules), decided, next_.end()})->second;
    queue(entry);
    arm();
}

void ScheduleBoard::remove(std::uint32_t instance)
{
    const auto [first, last] = entries_.equal_range(instance);
    for (auto entry = first; entry != last; ++entry) unqueue(entry->second);
    entries_.erase(first, last);
}

void ScheduleBoard::queue(Entry& entry)
{
    std::optional<UtcTime> first;
    for (const auto& schedule : entry.schedules)
        if (const auto next = schedule.next(entry.decided); next && (!first || *next < *first)) first = next;
    if (first) entry.next = next_.emplace(*first, &entry);
}

void ScheduleBoard::unqueue(Entry& entry)
{
    if (entry.next == next_.end()) return;
    next_.erase(entry.next);
    entry.next = next_.end();
}

void ScheduleBoard::arm()
{
    if (next_.empty()) return timer_.reset();
    const auto next = next_.begin()->first;
    if (timer_ && armedFor_ <= next) return;
    armedFor_ = next;
    const auto wake = [this] {
        timer_.reset();
        fireDue();
    };
    timer_ = next <= clock_.now() ? scheduler_.after(settle, wake) : scheduler_.at(next, wake);
}

void ScheduleBoard::fireDue()
{
    lookAtClock();
    const auto now = clock_.now();
    std::vector<Due> due;
    std::vector<Entry*> looked;
    while (!next_.empty() && next_.begin()->first <= now) {
        auto& entry = *next_.begin()->second;
        unqueue(entry);
        collect(entry, now, due);
        looked.push_back(&entry);
    }
    for (auto* entry : looked) queue(*entry);
    arm();
    std::stable_sort(due.begin(), due.end(), [](const Due& a, const Due& b) { return a.at < b.at; });
    struct Firing {
        RuleKey rule;
        Object event;
        UtcTime at;
    };
    // What fires may remove entries: everything of theirs is read before.
    std::vector<Firing> firings;
    for (const auto& [entry, schedule, at] : due) {
        Object event{{"kind", schedule->kind()},
                     {"at", toSeconds(now)},
                     {"due", toSeconds(at)},
                     {"local_time", schedule->toLocalText(at)}};
        if (now - at > alwaysInTime) event.append("late", toSeconds(now) - toSeconds(at));
        firings.push_back({entry->rule, std::move(event), at});
    }
    for (auto& [rule, event, at] : firings) handlers_.fire(rule, std::move(event), at);
}

void ScheduleBoard::collect(Entry& entry, UtcTime now, std::vector<Due>& due)
{
    std::vector<Due> found;
    const char* missed = nullptr;
    for (const auto& schedule : entry.schedules) {
        const auto oldest = std::min(upSince_, now - std::max<UtcTime::duration>(schedule.catchUp(), alwaysInTime));
        const auto from = std::max(entry.decided, oldest - 1us);
        if (const auto first = schedule.next(entry.decided); first && *first <= from) missed = schedule.kind();
        for (auto at = schedule.next(from); at && *at <= now; at = schedule.next(*at))
            found.push_back({&entry, &schedule, *at});
    }
    std::stable_sort(found.begin(), found.end(), [](const Due& a, const Due& b) { return a.at < b.at; });
    const auto same = [](const Due& a, const Due& b) { return a.at == b.at; };
    found.erase(std::unique(found.begin(), found.end(), same), found.end());
    if (found.size() > mostLate) {
        missed = found.front().schedule->kind();
        found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(mostLate));
    }
    // Nothing between the last instant and now is left: both are as good a mark.
    entry.decided = now;
    if (missed) handlers_.missed(entry.rule, missed, reasons::missed, found.empty() ? now : found.front().at - 1us);
    due.insert(due.end(), found.begin(), found.end());
}

void ScheduleBoard::lookAtClock()
{
    const auto now = clock_.now();
    const auto steady = clock_.steadyNow();
    const auto expected = lastUtc_ + std::chrono::duration_cast<UtcTime::duration>(steady - lastSteady_);
    lastUtc_ = now;
    lastSteady_ = steady;
    if (now > expected + alwaysInTime) upSince_ = now;
    else if (now < expected - alwaysInTime) upSince_ = std::min(upSince_, now);
    if (now + wrongClock < expected) startOver(now);
}

void ScheduleBoard::startOver(UtcTime now)
{
    timer_.reset();
    for (auto& [instance, entry] : entries_) {
        unqueue(entry);
        entry.decided = now;
        handlers_.missed(entry.rule, entry.schedules.front().kind(), reasons::clockSetBack, now);
        queue(entry);
    }
    arm();
}

std::vector<Upcoming> ScheduleBoard::upcoming(UtcTime until, std::size_t limit,
                                              std::optional<std::uint32_t> instance) const
{
    std::vector<Upcoming> list;
    const auto first = instance ? entries_.lower_bound(*instance) : entries_.begin();
    const auto last = instance ? entries_.upper_bound(*instance) : entries_.end();
    for (auto known = first; known != last; ++known) {
        const auto& entry = known->second;
        for (const auto& schedule : entry.schedules) {
            auto next = schedule.next(std::max(entry.decided, clock_.now() - 1us));
            for (std::size_t i = 0; i < limit && next && *next <= until; ++i, next = schedule.next(*next))
                list.push_back({entry.rule, *next, schedule.toLocalText(*next), schedule.zone()});
        }
    }
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    if (list.size() > limit) list.resize(limit);
    return list;
}

} // namespace atrium::automation
