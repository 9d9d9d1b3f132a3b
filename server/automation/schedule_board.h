#pragma once

#include "atrium/clock.h"
#include "atrium/scheduler.h"
#include "atrium/value.h"
#include "automation/local_schedule.h"
#include "automation/reason.h"
#include "automation/rule_key.h"

#include <functional>
#include <map>

namespace atrium::automation {

/// The next time that a schedule starts a rule.
struct Upcoming {
    RuleKey rule;
    UtcTime at{};
    std::string localTime;
    std::string zone;
};

/// Fires the rules whose schedules have come round, each instant once, in the order of time over all rules.
///
/// An instant that nobody was there for - the server was down, its clock jumped ahead - is fired late when it is not
/// older than the `catch_up` of its schedule, or than a minute; else it is missed. What has been decided stays
/// decided: a clock that is set back repeats nothing. One that is set back by more than two hours was wrong before, and
/// the schedules go on from the new time. Thread: core.
class ScheduleBoard {
public:
    static constexpr std::chrono::minutes alwaysInTime{1};
    static constexpr std::chrono::hours wrongClock{2};
    /// What is due late waits for this long, so that all rules are there and the order is that of time.
    static constexpr std::chrono::seconds settle{1};
    /// At most so many late instants of one rule are fired, the newest.
    static constexpr std::size_t mostLate = 100;

    struct Handlers {
        /// The instants up to and including `due` are decided with it.
        std::function<void(RuleKey, Object event, UtcTime due)> fire;
        /// Nothing is fired for some instants before `until`, and nothing will be.
        std::function<void(RuleKey, const char* kind, WhyNot, UtcTime until)> missed;
    };

    ScheduleBoard(Scheduler& scheduler, const Clock& clock, Handlers handlers);

    /// `decided`: instants up to then were fired or missed before. The schedules of one rule that fall on one instant
    /// fire it once.
    void add(RuleKey rule, std::vector<LocalSchedule> schedules, UtcTime decided);
    void remove(std::uint32_t instance);
    /// Sorted by time, at most `limit`; of one instance when it is given.
    std::vector<Upcoming> upcoming(UtcTime until, std::size_t limit, std::optional<std::uint32_t> instance = {}) const;

private:
    struct Entry {
        RuleKey rule;
        std::vector<LocalSchedule> schedules;
        UtcTime decided{};
        std::multimap<UtcTime, Entry*>::iterator next; ///< in next_, or its end
    };
    struct Due {
        Entry* entry;
        const LocalSchedule* schedule;
        UtcTime at;
    };

    /// Puts an entry where its next instant is.
    void queue(Entry& entry);
    void unqueue(Entry& entry);
    void arm();
    void fireDue();
    void collect(Entry& entry, UtcTime now, std::vector<Due>& due);
    /// Notices that the clock was set: UTC has moved otherwise than steady time.
    void lookAtClock();
    void startOver(UtcTime now);

    Scheduler& scheduler_;
    const Clock& clock_;
    Handlers handlers_;
    std::multimap<std::uint32_t, Entry> entries_; ///< by instance
    std::multimap<UtcTime, Entry*> next_;
    UtcTime armedFor_{};
    Subscription timer_;
    SteadyTime lastSteady_{};
    UtcTime lastUtc_{};
    UtcTime upSince_{}; ///< since then the clock has gone evenly, and this board was there
    Subscription look_;
};

} // namespace atrium::automation
