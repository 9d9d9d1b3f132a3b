#include "automation/lua/condition_walk.h"

namespace atrium::automation::lua {

namespace {

using Kind = Condition::Kind;

bool isGroup(Kind kind) { return kind == Kind::All || kind == Kind::Any || kind == Kind::None; }

} // namespace

ConditionWalk::ConditionWalk(const std::vector<Condition>& conditions, int root) : conditions_(conditions)
{
    enter(root);
}

const Condition* ConditionWalk::leaf() const { return path_.empty() ? nullptr : &conditions_[path_.back().condition]; }

void ConditionWalk::enter(int condition)
{
    for (;;) {
        path_.push_back({condition, 0});
        const auto& clause = conditions_[condition];
        if (!isGroup(clause.kind)) return;
        if (clause.parts.empty()) return tell(clause.kind != Kind::Any);
        condition = clause.parts.front();
    }
}

void ConditionWalk::tell(bool holds)
{
    for (;;) {
        const auto& decided = conditions_[path_.back().condition];
        // Of a list it is the part that failed.
        if (!holds && decided.kind != Kind::All) failed_ = decided.text;
        path_.pop_back();
        if (path_.empty()) {
            holds_ = holds;
            return;
        }
        auto& place = path_.back();
        const auto& group = conditions_[place.condition];
        const bool settles = holds == (group.kind != Kind::All);
        if (!settles && ++place.part < group.parts.size()) return enter(group.parts[place.part]);
        holds = settles ? group.kind == Kind::Any : group.kind != Kind::Any;
    }
}

} // namespace atrium::automation::lua
