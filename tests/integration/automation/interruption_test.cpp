#include "automation/lua/condition_walk.h"
#include "tests/integration/automation/automation_house.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

// The script host has one thread. A script that computes for long must not keep the others waiting, and must not notice
// that it was interrupted.

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

constexpr auto ample = 60s; ///< more than any computation here takes on a slow machine

class InterruptionTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        if (areSignalsHeldBack) GTEST_SKIP() << "no script can be interrupted under this sanitizer";
        ASSERT_EQ(house.load(1, "on(mqtt 'ping', function() mqtt.publish('pong', '') end)"), "");
    }

    /// Lets another rule answer, and says whether it did before 'ended' was published.
    bool answersMeanwhile()
    {
        house.settle(20ms); // what computes has begun
        house.mqtt.published.clear();
        house.mqtt.deliver("ping", "");
        EXPECT_TRUE(house.until([&] { return house.published("pong", ""); }, 10s));
        return std::none_of(house.mqtt.published.begin(), house.mqtt.published.end(),
                            [](const auto& message) { return message.topic == "ended"; });
    }

    /// Runs `body` in a rule, and lets the other rule answer all the while. What the body gives to `result`.
    std::string runUnderFire(std::int64_t id, const std::string& body, bool isUnderFire)
    {
        const auto error = house.load(
            id, "on(mqtt 'go', function()\nlocal function result(x) mqtt.publish('result', tostring(x)) end\n" + body +
                    "\nend)");
        if (!error.empty()) return error;
        house.mqtt.published.clear();
        house.mqtt.deliver("go", "");
        house.until(
            [&] {
                if (isUnderFire) {
                    house.mqtt.deliver("ping", "");
                    ++pings;
                }
                return house.engine->runLog().last(AutomationId{id}) != nullptr;
            },
            30s);
        std::string all;
        for (const auto& message : house.mqtt.published)
            if (message.topic == "result") all += message.payload;
        const auto* record = house.engine->runLog().last(AutomationId{id});
        if (!record) return "no end";
        const auto outcome = record->state == RunState::Finished ? all : record->message;
        house.engine->remove(AutomationId{id});
        return outcome;
    }

    double interruptions() { return house.metrics.count("atrium_script_host_interruptions_total"); }

    House house{ample};
    int pings = 0;
};

TEST_F(InterruptionTest, OtherRulesAnswerWhileOneComputes)
{
    ASSERT_EQ(house.load(2, R"(on(mqtt "go", function() for i = 1, 3e8 do end mqtt.publish("ended", "") end))"), "");
    house.mqtt.deliver("go", "");
    EXPECT_TRUE(answersMeanwhile());
    EXPECT_TRUE(answersMeanwhile());
    EXPECT_GE(interruptions(), 2);
    EXPECT_TRUE(house.until([&] { return house.published("ended", ""); }, ample));
}

TEST_F(InterruptionTest, OtherRulesAnswerWhileAConditionComputes)
{
    ASSERT_EQ(house.load(2, R"(rule "slow" { on = { mqtt "go" },
        when = { any{ none{ function() for i = 1, 3e8 do end return false end } } },
        run = function() mqtt.publish("ended", "") end })"),
              "");
    house.mqtt.deliver("go", "");
    EXPECT_TRUE(answersMeanwhile());
    EXPECT_TRUE(house.until([&] { return house.published("ended", ""); }, ample));
}

TEST_F(InterruptionTest, OtherRulesAnswerWhileItIsFoundOutHowConditionsStand)
{
    ASSERT_EQ(house.load(2, R"(rule "slow" { on = { mqtt "go" },
        when = { any{ function() for i = 1, 3e8 do end return false end, none{ function() return false end } },
                 function() error "no" end },
        run = function() end })"),
              "");
    std::optional<Explanation> why;
    house.engine->explain(AutomationId{2}, [&](Explanation told) { why = std::move(told); });
    EXPECT_TRUE(answersMeanwhile());
    EXPECT_FALSE(why) << "it is still being found out";
    ASSERT_TRUE(house.until([&] { return why.has_value(); }, ample));
    ASSERT_EQ(why->rules.at(0).conditions.size(), 5u);
    const auto& told = why->rules[0].conditions;
    const std::vector<std::pair<bool, std::uint32_t>> expected{
        {true, 0}, {false, 1}, {true, 1}, {false, 2}, {false, 0}};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(told[i].holds, expected[i].first) << i;
        EXPECT_EQ(told[i].depth, expected[i].second) << i;
    }
    EXPECT_NE(told[4].error.find("test.lua:3: no"), std::string::npos) << told[4].error;
}

TEST_F(InterruptionTest, AConditionMayLogButDoesNothing)
{
    ASSERT_EQ(house.load(2, R"(rule "logs" { on = { mqtt "go" }, when = { function() print("asked") return true end },
                                             run = function() wait "1s" mqtt.publish("ended", "") end }
                               rule "acts" { on = { mqtt "go" }, when = { function() mqtt.publish("done", "") end },
                                             run = function() end })"),
              "");
    house.mqtt.deliver("go", "");
    ASSERT_TRUE(house.until([&] { return house.engine->runLog().runs(AutomationId{2}, 10).size() == 1; }));
    EXPECT_NE(house.engine->runLog().last(AutomationId{2})->message.find("a condition only looks"), std::string::npos);
    EXPECT_FALSE(house.published("done", ""));
    const auto before = house.engine->host().processId();
    ASSERT_GT(before, 0);
    ::kill(before, SIGKILL);
    ASSERT_TRUE(house.until([&] {
        const auto now = house.engine->host().processId();
        return now > 0 && now != before;
    })) << "a new life of the host follows the journal of the run, in which there is no condition";
    house.settle();
    house.advance(std::chrono::seconds{2});
    EXPECT_TRUE(house.until([&] { return house.published("ended", ""); }));
}

TEST_F(InterruptionTest, OtherRulesAnswerWhileAFileLoads)
{
    house.engine->apply({AutomationId{2}, "slow.lua", "for i = 1, 3e8 do end startup(function() end)", {}},
                        Engine::Triggers::Armed);
    house.settle(20ms);
    house.mqtt.deliver("ping", "");
    EXPECT_TRUE(house.until([&] { return house.published("pong", ""); }, 10s));
    EXPECT_FALSE(house.loaded.contains(AutomationId{2}));
    EXPECT_TRUE(house.until([&] { return house.loaded.contains(AutomationId{2}); }, ample));
}

TEST_F(InterruptionTest, WhatArrivesTogetherWithALongRunDoesNotWaitForIt)
{
    ASSERT_EQ(house.load(2, R"(on(mqtt "go", function() for i = 1, 3e8 do end mqtt.publish("ended", "") end))"), "");
    ASSERT_EQ(house.load(3, R"(on(mqtt "go", function() for i = 1, 3e8 do end mqtt.publish("ended", "") end))"), "");
    house.mqtt.deliver("go", "");
    house.mqtt.deliver("ping", "");
    ASSERT_TRUE(house.until([&] { return house.published("pong", ""); }, ample));
    EXPECT_EQ(house.mqtt.published.front().topic, "pong");
}

TEST_F(InterruptionTest, AScriptIsNotInterruptedByItself)
{
    ASSERT_EQ(house.load(2, R"(
        local others = 0
        rule "long" { on = { mqtt "go" }, run = function()
            local before = others
            for i = 1, 3e8 do end
            mqtt.publish("ended", tostring(others - before))
        end }
        rule "short" { on = { mqtt "change" }, run = function() others = others + 1 mqtt.publish("changed", "") end }
    )"),
              "");
    house.mqtt.deliver("go", "");
    house.settle(20ms);
    house.mqtt.deliver("change", "");
    EXPECT_TRUE(answersMeanwhile());
    ASSERT_TRUE(house.until([&] { return house.published("changed", ""); }, ample));
    ASSERT_GE(house.mqtt.published.size(), 2u);
    EXPECT_TRUE(house.published("ended", "0"));
    EXPECT_EQ(house.mqtt.published.back().topic, "changed") << "the change came before the end of the long run";
}

TEST_F(InterruptionTest, ComputationsDoNotNoticeIt)
{
    const std::pair<const char*, const char*> computations[] = {
        {"loops", "local x = 1 for i = 1, 2000000 do x = (x * 1103515245 + 12345) % 2147483648 end result(x)"},
        {"calls", "local function f(n) if n < 2 then return n end return f(n - 1) + f(n - 2) end result(f(25))"},
        {"values",
         "local function f(...) return select('#', ...), ... end local n = 0 for i = 1, 100000 do local c, a, b "
         "= f(f(i, i)) n = n + c + a + b end result(n)"},
        {"closures", "local n = 0 local function make(i) return function() n = n + i end end for i = 1, 100000 do "
                     "make(i)() end result(n)"},
        {"tables",
         "local t = {} for i = 1, 20000 do t['k' .. i % 700] = (t['k' .. i % 700] or 0) + i end local n = 0 for "
         "k, v in pairs(t) do n = n + v end result(n)"},
        {"strings",
         "local n = 0 for i = 1, 20000 do local s = ('x'):rep(i % 50) .. i n = n + #s:upper():sub(2, -2) end "
         "result(n)"},
        {"metatables",
         "local mt = {} mt.__add = function(a, b) return setmetatable({ v = a.v + b.v }, mt) end mt.__index "
         "= function(t, k) return k end mt.__lt = function(a, b) return a.v < b.v end local s = "
         "setmetatable({ v = 0 }, mt) local one = setmetatable({ v = 1 }, mt) local n = 0 for i = 1, 50000 "
         "do if s < one or one < s then n = n + 1 end s = s + one n = n + #s.abc end result(s.v + n)"},
        {"errors", "local n = 0 for i = 1, 50000 do local ok, e = pcall(function() if i % 3 == 0 then error({ i }) end "
                   "return i end) n = n + (ok and e or e[1]) end result(n)"},
        {"callbacks", "local n = 0 for i = 1, 300 do local t = {} for j = 1, 30 do t[j] = (j * 7919 * i) % 101 end "
                      "table.sort(t, function(a, b) return a > b end) n = n + t[1] * t[30] + #(('abc'):gsub('.', "
                      "function(c) return c .. i end)) end result(n)"},
        {"iterators",
         "local function each(n) return function(s, i) if i < s then return i + 1 end end, n, 0 end local n "
         "= 0 for r = 1, 300 do for i in each(300) do n = n + i end end result(n)"},
    };
    std::int64_t id = 10;
    for (const auto& [name, body] : computations) {
        const auto expected = runUnderFire(++id, body, false);
        EXPECT_THAT(expected, ::testing::MatchesRegex("[0-9.]+")) << name;
        EXPECT_EQ(runUnderFire(++id, body, true), expected) << name;
    }
    EXPECT_GT(interruptions(), 20);
}

TEST_F(InterruptionTest, AnInterruptedRunCanBeEnded)
{
    ASSERT_EQ(house.load(2, R"(on(mqtt "go", function() while true do end end))"), "");
    house.mqtt.deliver("go", "");
    EXPECT_TRUE(answersMeanwhile());
    house.engine->remove(AutomationId{2});
    EXPECT_TRUE(answersMeanwhile());
    const auto before = interruptions();
    EXPECT_TRUE(answersMeanwhile());
    EXPECT_EQ(interruptions(), before) << "something still runs";
}

TEST(InterruptionBudgetTest, InterruptionsGiveAScriptNoMoreTime)
{
    if (areSignalsHeldBack) GTEST_SKIP() << "no script can be interrupted under this sanitizer";
    House house(200ms);
    ASSERT_EQ(house.load(1, "on(mqtt 'ping', function() mqtt.publish('pong', '') end)"), "");
    ASSERT_EQ(house.load(2, "on(mqtt 'go', function() while true do pcall(function() while true do end end) end end)"),
              "");
    house.mqtt.deliver("go", "");
    ASSERT_TRUE(house.until(
        [&] {
            house.mqtt.deliver("ping", "");
            house.settle(1ms);
            return house.engine->runLog().last(AutomationId{2}) != nullptr;
        },
        20s));
    const auto* record = house.engine->runLog().last(AutomationId{2});
    EXPECT_EQ(record->state, RunState::OverBudget);
    EXPECT_GT(house.metrics.count("atrium_script_host_interruptions_total"), 3);
    EXPECT_GE(record->cpuMicroseconds, 200'000);
    EXPECT_LT(record->cpuMicroseconds, 450'000);
}

} // namespace
} // namespace atrium::automation

namespace atrium::automation::lua {
namespace {

using Kind = Condition::Kind;

/// Builds a tree: leaves are numbered in their order.
class Tree {
public:
    int leaf()
    {
        conditions.push_back({});
        conditions.back().kind = Kind::Function;
        conditions.back().function = leaves;
        conditions.back().text = "leaf " + std::to_string(leaves++);
        return static_cast<int>(conditions.size()) - 1;
    }
    int group(Kind kind, std::vector<int> parts)
    {
        conditions.push_back({});
        conditions.back().kind = kind;
        conditions.back().parts = std::move(parts);
        conditions.back().text = "group";
        return static_cast<int>(conditions.size()) - 1;
    }
    std::vector<Condition> conditions;
    int leaves = 0;
};

/// What the tree is by its definition.
bool truth(const Tree& tree, int root, unsigned values)
{
    const auto& condition = tree.conditions[root];
    const auto isTrue = [&](int part) { return truth(tree, part, values); };
    switch (condition.kind) {
    case Kind::All: return std::all_of(condition.parts.begin(), condition.parts.end(), isTrue);
    case Kind::Any: return std::any_of(condition.parts.begin(), condition.parts.end(), isTrue);
    case Kind::None: return std::none_of(condition.parts.begin(), condition.parts.end(), isTrue);
    default: return (values >> condition.function & 1) != 0;
    }
}

TEST(ConditionWalkTest, DecidesEveryTreeAsItsDefinitionSays)
{
    for (const auto outer : {Kind::All, Kind::Any, Kind::None})
        for (const auto inner : {Kind::All, Kind::Any, Kind::None})
            for (const auto other : {Kind::All, Kind::Any, Kind::None}) {
                Tree tree;
                std::vector<int> parts{tree.leaf()};
                parts.push_back(tree.group(inner, {tree.leaf(), tree.group(other, {tree.leaf(), tree.leaf()})}));
                parts.push_back(tree.group(other, {}));
                parts.push_back(tree.leaf());
                const int root = tree.group(outer, parts);
                for (unsigned values = 0; values < 32; ++values) {
                    ConditionWalk walk(tree.conditions, root);
                    int asked = 0;
                    while (const auto* leaf = walk.leaf()) {
                        ASSERT_LE(++asked, tree.leaves);
                        walk.tell((values >> leaf->function & 1) != 0);
                    }
                    EXPECT_EQ(walk.holds(), truth(tree, root, values));
                    EXPECT_TRUE(walk.holds() || !walk.failed().empty() || outer == Kind::All);
                }
            }
}

TEST(ConditionWalkTest, AsksNoMoreThanItNeeds)
{
    Tree tree;
    const int root = tree.group(Kind::All, {tree.leaf(), tree.leaf()});
    ConditionWalk walk(tree.conditions, root);
    walk.tell(false);
    EXPECT_EQ(walk.leaf(), nullptr);
    EXPECT_FALSE(walk.holds());
    EXPECT_EQ(walk.failed(), "leaf 0");
}

} // namespace
} // namespace atrium::automation::lua
