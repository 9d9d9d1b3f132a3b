#include "testing/fake_accounts.h"
#include "tests/integration/automation/automation_house.h"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto budget = 200ms;

/// Script text that has hung or crashed stock Lua 5.4.4, or tries to take more than its share.
struct Bomb {
    const char* name;
    const char* body; ///< of the rule's function
};

std::ostream& operator<<(std::ostream& out, const Bomb& bomb) { return out << bomb.name; }

class BombTest : public ::testing::TestWithParam<Bomb> {};

TEST_P(BombTest, EndsWhileAnotherRuleAnswers)
{
    House house(budget);
    house.addDevice(1, "lamp", {{"status", false}});
    ASSERT_EQ(house.load(1, "on(mqtt 'ping', function() mqtt.publish('pong', '1') end)"), "");
    ASSERT_EQ(house.load(2, std::string("on(mqtt 'bomb', function()\n") + GetParam().body + "\nend)"), "");
    const auto began = std::chrono::steady_clock::now();
    house.mqtt.deliver("bomb", "");
    const auto* run = house.finishedRun(2);
    const auto took = std::chrono::steady_clock::now() - began;
    ASSERT_TRUE(run);
    EXPECT_NE(run->state, RunState::Running);
    RecordProperty("milliseconds",
                   static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
    std::printf("  %-28s %5.0f ms  %s: %s\n", GetParam().name, std::chrono::duration<double>(took).count() * 1000,
                toString(run->state), run->message.c_str());
    // The budget is CPU time: leave room for a machine that does other things too.
    EXPECT_LT(took, budget + 250ms + 1500ms);
    house.mqtt.deliver("ping", "");
    EXPECT_TRUE(house.until([&] { return !house.mqtt.published.empty(); })) << "the other rule does not answer";
}

const Bomb bombs[] = {
    {"loop", "while true do end"},
    {"pcall_loop", "while true do pcall(function() while true do end end) end"},
    {"nested_pcall", "local function f() while true do pcall(f) end end f()"},
    {"tail_pcall", "local function f() return pcall(f) end while true do f() end"},
    {"recursion", "local function f() return 1 + f() end f()"},
    {"deep_pcall", "local function f() pcall(f) end while true do f() end"},
    {"memory_table", "local t = {} for i = 1, 1e9 do t[i] = i end"},
    {"memory_strings", "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end"},
    {"memory_pcall",
     "local t = {} while true do pcall(function() for i = 1, 1e9 do t[#t + 1] = ('y'):rep(9999) .. i end end) end"},
    {"concat_doubling", "local s = 'x' while true do s = s .. s end"},
    {"rep_empty", "return (''):rep(1e15)"},
    {"rep_huge", "return ('x'):rep(1e15)"},
    {"rep_separator", "return (''):rep(1e15, '')"},
    {"find_optional", "return (('a'):rep(60)):find(('a?'):rep(60) .. ('a'):rep(60))"},
    {"find_lazy", "return (('a'):rep(5000)):find('.-.-.-.-.-b')"},
    {"match_greedy", "return (('a'):rep(5000)):match('.*.*.*.*b')"},
    {"gmatch_loop", "while true do for w in (('a'):rep(1000)):gmatch('.-.-.-b') do end end"},
    {"gsub_callback", "return (('a'):rep(1000)):gsub('.', function() while true do end end)"},
    {"gsub_backtrack", "return (('a'):rep(5000)):gsub('.-.-.-.-b', '')"},
    {"find_swallowed", "while true do pcall(string.find, ('a'):rep(5000), '.-.-.-.-b') end"},
    {"sort_comparator",
     "local t = {} for i = 1, 1000 do t[i] = i end while true do table.sort(t, function(a, b) return a > b end) end"},
    {"sort_repeated", "local t = {} for i = 1, 20000 do t[i] = i % 7 end while true do table.sort(t) end"},
    {"sort_swallowed", "local t = {} for i = 1, 20000 do t[i] = i % 7 end while true do pcall(table.sort, t) end"},
    {"lying_length", "return table.insert(setmetatable({}, {__len = function() return 1e15 end}), 1, 1)"},
    {"lying_length_remove", "return table.remove(setmetatable({}, {__len = function() return 1e15 end}), 1)"},
    {"concat_range", "return table.concat({}, 'x', 1, 1e15)"},
    {"unpack_range", "return table.unpack({}, 1, 1e15)"},
    {"unpack_loop", "local t = {} for i = 1, 50000 do t[i] = i end while true do pcall(table.unpack, t) end"},
    {"index_loop", "local t = setmetatable({}, {__index = function(t, k) return 1 end}) for _ in ipairs(t) do end"},
    {"pairs_loop",
     "for _ in pairs(setmetatable({}, {__pairs = function() return function() return 1 end end})) do end"},
    {"tostring_loop", "log.info(setmetatable({}, {__tostring = function() while true do end end}))"},
    {"error_object", "error(setmetatable({}, {__tostring = function() while true do end end}))"},
    {"format_widths", "while true do string.format(('%99.99f'):rep(30), table.unpack((function() local t = {} for i = "
                      "1, 30 do t[i] = 1e300 end return t end)())) end"},
    {"closing_generic_for", "local mt = {} local o = setmetatable({}, mt) mt.__close = function() while true do end "
                            "end for _ in function() end, nil, nil, o do end"},
    {"log_flood", "while true do log.info('again') end"},
    {"publish_flood", "while true do mqtt.publish('flood', 'x') end"},
    {"goto_loop", "::again:: goto again"},
    {"string_compare", "local a, b = ('a'):rep(1e6), ('a'):rep(1e6) .. 'b' while true do local _ = a < b end"},
    {"select_flood", "while true do devices{ uid = '*' }:list() end"},
    {"history_flood", "local l = device 'lamp' while true do history(l.status):avg '1d' end"},
    {"web_flood", "while true do http.get 'http://localhost:1/' end"},
    {"timer_flood", "local l = device 'lamp' while true do l:on_for '1h' end"},
    {"repeat_until", "repeat until false"},
    {"gmatch_empty",
     "for _ in (('a'):rep(1e6)):gmatch('') do end for _ in (('a'):rep(1e6)):gmatch('') do end while true do end"},
    {"closures", "local f = function() end while true do local g = f f = function() return g() end end"},
    {"deep_tables", "local t = {} while true do t = { t } end"},
    {"deep_value", "local t = {} for i = 1, 1e5 do t = { t } end mqtt.publish('x', t)"},
    {"concat_metamethod", "local t = setmetatable({}, {__concat = function(a, b) return a .. b end}) return t .. t"},
    {"index_chain", "local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x"},
    {"device_names", "for i = 1, 1e9 do pcall(device, 'd' .. i) end"},
    {"wait_flood", "while true do wait(0) end"},
    {"pack_loop", "while true do string.pack(('s4'):rep(200), table.unpack((function() local t = {} for i = 1, 200 do "
                  "t[i] = ('z'):rep(99) end return t end)())) end"},
};

TEST(BombsTest, AreAtLeastForty) { EXPECT_GE(std::size(bombs), 40u); }

INSTANTIATE_TEST_SUITE_P(Plain, BombTest, ::testing::ValuesIn(bombs), [](const auto& info) { return info.param.name; });

class SandboxTest : public ::testing::Test {
protected:
    House house{budget};
    /// Runs `body` in a rule; the text that it returns through `result(text)`.
    std::string run(const std::string& body)
    {
        static std::int64_t id = 100;
        ++id;
        const auto error =
            house.load(id, "on(event 'go', function()\nlocal function result(x) mqtt.publish('r', tostring(x)) end\n" +
                               body + "\nend)");
        if (!error.empty()) return "load: " + error;
        house.mqtt.published.clear();
        EXPECT_TRUE(house.engine->runNow(AutomationId{id}, "", {"c", "user:1", 0}).ok());
        const auto* record = house.finishedRun(id);
        if (!record) return "no end";
        if (record->state != RunState::Finished) return "error: " + record->message;
        return house.mqtt.published.empty() ? "" : house.mqtt.published.back().payload;
    }
};

TEST_F(SandboxTest, HasNoWayOut)
{
    for (const char* name : {"io", "os", "debug", "load", "loadstring", "loadfile", "dofile", "package",
                             "collectgarbage", "coroutine", "xpcall", "_G", "newproxy", "warn"})
        EXPECT_THAT(house.load(1, std::string("local x = ") + name), HasSubstr("unknown name \"" + std::string(name)))
            << name;
    // Names made up at run time reach nothing either.
    EXPECT_THAT(run("local e = _ENV for _, n in ipairs{'io','os'} do result(e[n]) end"),
                HasSubstr("unknown name \"io\""));
    EXPECT_EQ(run("result(('x').dump)"), "nil");
    for (const auto& [module, member] :
         {std::pair{"string", "dump"}, std::pair{"table", "move"}, std::pair{"math", "randomseed"}}) {
        const std::string from(module), what(member);
        EXPECT_THAT(run("result(" + from + "." + what + ")"), HasSubstr("\"" + from + "\" has no \"" + what + "\""));
        EXPECT_EQ(run("local name = '" + what + "' result(" + from + "[name])"), "nil");
    }
}

TEST_F(SandboxTest, ProtectsMetatables)
{
    EXPECT_EQ(run("result(getmetatable('').__index)"), "error: test.lua:3: attempt to index a boolean value");
    EXPECT_EQ(run("result(getmetatable(''))"), "false");
    EXPECT_EQ(run("result(getmetatable(mqtt))"), "false");
    EXPECT_EQ(run("result(pcall(setmetatable, mqtt, {}))"), "false");
    EXPECT_THAT(run("setmetatable({}, {__gc = function() end})"), HasSubstr("__gc is not available"));
    EXPECT_THAT(run("setmetatable({}, {__mode = 'k'})"), HasSubstr("__mode is not available"));
    EXPECT_THAT(run("local x <close> = nil"), HasSubstr("<close> is not available"));
    EXPECT_EQ(run("result(getmetatable(_ENV))"), "false");
}

/// A way out of the sandbox that was tried, and what came of it.
struct Probe {
    const char* body; ///< of a rule, or with `top` of a file; reaches something = calls result(true)
    bool top = false;
};

const Probe probes[] = {
    {"result(io ~= nil)", false},
    {"result(os ~= nil)", false},
    {"result(debug ~= nil)", false},
    {"result(load('return 1') ~= nil)", false},
    {"result(dofile ~= nil)", false},
    {"result(package ~= nil)", false},
    {"result(collectgarbage() ~= nil)", false},
    {"result(coroutine ~= nil)", false},
    {"result(xpcall ~= nil)", false},
    {"result(_G ~= nil)", false},
    {"result(_ENV['io'] ~= nil)", false},
    {"result(_ENV['o' .. 's'] ~= nil)", false},
    {"local e = _ENV result(rawget(e, 'debug') ~= nil)", false},
    {"for k in pairs(_ENV) do if k == 'io' or k == 'os' or k == 'load' then result(true) end end", false},
    {"result(('').dump ~= nil)", false},
    {"result(string.dump(function() end) ~= nil)", false},
    {"result(getmetatable('').__index == string)", false},
    {"getmetatable('').__index = function() end result(true)", false},
    {"string.format = nil result(('x'):format() == nil)", false},
    {"result(getmetatable(device 'lamp') ~= false)", false},
    {"setmetatable(device 'lamp', {}) result(true)", false},
    {"setmetatable({}, { __gc = function() end }) result(true)", false},
    {"setmetatable({}, { __metatable = 1 }) result(true)", false},
    {"result(require 'os')", false},
    {"result(require 'lib/../io')", false},
    {"local ok = pcall(require, 'io') result(ok)", false},
    {"result(device 'lamp'.uid.dump ~= nil)", false},
    {"local d = device 'lamp' d.uid = 'door' result(d.uid == 'door')", false},
    {"rawset(device 'lamp', 'id', 2) result(true)", false},
    {"result(rawget(device 'lamp', 'id') ~= nil)", false},
    {"device 'door':on() result(true)", false},
    {"local d = device 'lamp' local m = d.on m('door') result(true)", false},
    {"devices{ uid = 'door' }:on() result(true)", false},
    {"result(#devices{ uid = '*' }:list() > 1)", false},
    {"result(history(device 'door'.status):at '1h' ~= nil)", false},
    {"mqtt.publish('aurion/devices/2/control', '{}')", false},
    {"result(http.get 'file:///etc/passwd' ~= nil)", false},
    {"result(http.get 'https://localhost/' ~= nil)", false},
    {"result(house:set{ mode = 'away' } ~= nil)", false},
    {"result(rule ~= nil and pcall(rule 'x', { on = {}, run = print }))", false},
    {"\x1bLua", true},
    {"return (...)", true},
};

TEST(EscapeTest, NoProbeReachesAnything)
{
    static_assert(std::size(probes) >= 30);
    for (const auto& probe : probes) {
        House house(budget);
        const auto person = std::make_shared<testing::FakeAccounts>();
        person->rights = {{"devices.read", "1"}, {"devices.control", "1"}};
        house.accounts = person;
        house.addDevice(1, "lamp", {{"status", false}});
        house.addDevice(2, "door", {{"status", false}});
        bool reached = false;
        house.engine->effects().addModule({"probe", {{"result", "", [&](const AutomationCall& call) -> Result<Value> {
                                                          reached = call.arguments.at(0) == Value(true);
                                                          return Value();
                                                      }}}});
        house.engine->onModulesChanged();
        const std::string text = probe.top ? std::string(probe.body)
                                           : "local function result(x) probe.result(x == true) end\n"
                                             "on(event 'go', function()\n" +
                                                 std::string(probe.body) + "\nend)";
        const auto error = house.load(1, text, "probe.lua", UserId{7});
        if (error.empty() && !probe.top) {
            house.engine->raiseEvent("go", {}, Cause{newCorrelationId(), "test", 0});
            EXPECT_NE(house.finishedRun(1), nullptr) << probe.body;
        }
        EXPECT_FALSE(reached) << probe.body;
        for (const auto& command : house.commands.sent) EXPECT_EQ(command.device, DeviceId{1}) << probe.body;
        EXPECT_TRUE(house.mqtt.published.empty()) << probe.body;
        EXPECT_NE(house.engine->surroundings().mode(), "away") << probe.body;
    }
}

TEST_F(SandboxTest, TakesTextOnly)
{
    EXPECT_THAT(house.load(1, "\x1bLuaS\0x"), HasSubstr("attempt to load a binary chunk"));
}

TEST_F(SandboxTest, KeepsScriptsApart)
{
    ASSERT_EQ(house.load(1, "secret = 42\nstring.leak = 'leaked'\nevery '1h' (function() end)"), "");
    EXPECT_THAT(run("result(secret)"), HasSubstr("unknown name \"secret\""));
    EXPECT_EQ(run("local name = 'leak' result(string[name])"), "nil");
}

TEST_F(SandboxTest, DisablesAFileThatOverrunsThreeTimes)
{
    ASSERT_EQ(house.load(1, "on(mqtt 'bomb', function() while true do end end)"), "");
    for (std::size_t i = 1; i <= 3; ++i) {
        EXPECT_TRUE(house.offenders.empty());
        house.mqtt.deliver("bomb", "");
        const auto* run = house.finishedRun(1, i);
        ASSERT_TRUE(run);
        EXPECT_EQ(run->state, RunState::OverBudget);
        EXPECT_THAT(run->message, HasSubstr("CPU time"));
    }
    EXPECT_EQ(house.offenders.size(), 1u);
    house.mqtt.deliver("bomb", "");
    house.settle();
    EXPECT_EQ(house.engine->runLog().runs(AutomationId{1}, 100).size(), 3u);
}

TEST_F(SandboxTest, EndsAFileThatHangsWhileItLoads)
{
    ASSERT_EQ(house.load(1, "on(mqtt 'ping', function() mqtt.publish('pong', '1') end)"), "");
    EXPECT_THAT(house.load(2, "while true do end"), HasSubstr("CPU time"));
    EXPECT_NE(house.load(2, "while true do pcall(device, 'nowhere') end"), "");
    EXPECT_NE(house.load(2, "while true do pcall(devices, { kind = 'nowhere' }) end"), "");
    house.mqtt.deliver("ping", "");
    EXPECT_TRUE(house.until([&] { return !house.mqtt.published.empty(); }));
}

TEST_F(SandboxTest, GivesTheSameRandomNumbersToEveryLifeOfARun)
{
    ASSERT_EQ(house.load(1, "on(mqtt 'go', function() local a = math.random(1000000) mqtt.publish('a', tostring(a)) "
                            "wait '1m' mqtt.publish('b', tostring(a)) end)"),
              "");
    house.mqtt.deliver("go", "");
    ASSERT_TRUE(house.until([&] { return house.mqtt.published.size() == 1; }));
    ASSERT_TRUE(house.until([&] {
        return house.engine->runner().live(AutomationId{1}).size() == 1 &&
               house.engine->runner().live(AutomationId{1})[0]->state == RunState::Waiting;
    }));
    const auto pid = house.engine->host().processId();
    ::kill(pid, SIGKILL);
    ASSERT_TRUE(
        house.until([&] { return house.engine->host().processId() != pid && house.engine->host().processId() != 0; }));
    house.settle();
    house.advance(60s);
    ASSERT_TRUE(house.until([&] { return house.mqtt.published.size() == 2; }));
    EXPECT_EQ(house.mqtt.published[0].payload, house.mqtt.published[1].payload);
    house.settle();
    EXPECT_EQ(house.mqtt.published.size(), 2u);
}

} // namespace
} // namespace atrium::automation
