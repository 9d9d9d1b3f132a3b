#pragma once

#include "atrium/ids.h"
#include "atrium/time.h"
#include "automation/messages.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace atrium::automation {

/// Up to when the instants of a rule's schedules are decided. It is stored together with the run that it begins, so
/// that no crash loses or doubles one. Another version of the text has schedules of its own.
struct ScheduleMark {
    AutomationId automation;
    std::string rule;
    std::string version;
    UtcTime decided{};
};

/// The marks of all rules. Thread: core.
class ScheduleMarks {
public:
    void restore(std::vector<ScheduleMark> marks)
    {
        for (auto& mark : marks) put(std::move(mark));
    }
    std::optional<UtcTime> of(AutomationId automation, const std::string& rule, const std::string& version) const
    {
        const auto found = marks_.find({automation, rule});
        if (found == marks_.end() || found->second.version != version) return {};
        return found->second.decided;
    }
    /// Of whatever version.
    std::optional<UtcTime> of(AutomationId automation, const std::string& rule) const
    {
        const auto found = marks_.find({automation, rule});
        return found == marks_.end() ? std::nullopt : std::optional(found->second.decided);
    }
    void put(ScheduleMark mark)
    {
        auto& known = marks_[{mark.automation, mark.rule}];
        known = std::move(mark);
    }
    void forget(AutomationId automation)
    {
        std::erase_if(marks_, [&](const auto& entry) { return entry.first.first == automation; });
    }

private:
    std::map<std::pair<AutomationId, std::string>, ScheduleMark> marks_;
};

} // namespace atrium::automation
