#pragma once

#include "automation/lua/device_mirror.h"

#include <lua.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace atrium::automation::lua {

/// A clause of `when`: nothing (all hold) or one of these kinds, nested by any{} and none{}.
struct Condition {
    enum class Kind { AttributeIs, AttributeIsNot, Function, All, Any, None };
    Kind kind = Kind::All;
    MirroredDevice* device = nullptr;
    int attribute = -1;
    Value expected;
    int function = LUA_NOREF;
    std::vector<int> parts; ///< positions in Script::conditions
    std::string text;       ///< for "why not": what the clause says, with its line
};

/// Decides a tree of clauses leaf by leaf, and asks for no more leaves than needed. It stands still between two of
/// them, so that a function among them may be interrupted.
class ConditionWalk {
public:
    /// `conditions` outlives the walk and does not change.
    ConditionWalk(const std::vector<Condition>& conditions, int root);

    /// The clause (no group) whose truth is wanted now; nullptr when all is decided.
    const Condition* leaf() const;
    /// The truth of leaf().
    void tell(bool holds);
    /// When there is no leaf: whether the tree holds.
    bool holds() const { return holds_; }
    /// If it does not: the text of the clause that decided it.
    const std::string& failed() const { return failed_; }

private:
    struct Place {
        int condition;
        std::size_t part;
    };
    void enter(int condition);

    const std::vector<Condition>& conditions_;
    std::vector<Place> path_;
    bool holds_ = true;
    std::string failed_;
};

} // namespace atrium::automation::lua
