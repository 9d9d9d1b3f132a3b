#include "automation/lua/pattern.h"

#include <gtest/gtest.h>
#include <lua.hpp>

#include <random>

namespace atrium::automation::lua {
namespace {

/// What stock Lua's string.find says: "start end capture capture ...", "nil", or "error".
std::string stockFind(lua_State* state, const std::string& subject, const std::string& pattern)
{
    lua_settop(state, 0);
    lua_getglobal(state, "string");
    lua_getfield(state, -1, "find");
    lua_pushlstring(state, subject.data(), subject.size());
    lua_pushlstring(state, pattern.data(), pattern.size());
    if (lua_pcall(state, 2, LUA_MULTRET, 0) != LUA_OK) return "error";
    if (lua_isnil(state, 2)) return "nil";
    std::string text;
    for (int i = 2; i <= lua_gettop(state); ++i) {
        std::size_t size = 0;
        const char* part = lua_tolstring(state, i, &size);
        text += std::string(part, size) + "|";
    }
    return text;
}

std::string ourFind(const std::string& subject, const std::string& text)
{
    try {
        Pattern pattern(subject, text);
        for (std::size_t at = 0; at <= subject.size(); ++at) {
            if (const auto end = pattern.matchAt(at)) {
                auto result = std::to_string(at + 1) + "|" + std::to_string(*end) + "|";
                for (const auto& capture : pattern.captures())
                    result += capture.isPosition ? std::to_string(capture.start + 1) + "|"
                                                 : subject.substr(capture.start, capture.length) + "|";
                return result;
            }
            if (pattern.anchored()) break;
        }
        return "nil";
    }
    catch (const PatternError&) {
        return "error";
    }
}

/// Without one of these stock string.find looks for plain text (as our find does) and asks no matcher.
bool isPlain(std::string_view pattern) { return pattern.find_first_of("^$*+?.([%-") == std::string_view::npos; }

class PatternTest : public ::testing::Test {
protected:
    lua_State* state = luaL_newstate();
    PatternTest() { luaL_openlibs(state); }
    ~PatternTest() override { lua_close(state); }
};

TEST_F(PatternTest, AgreesWithStockLuaOnATable)
{
    const char* subjects[] = {"",
                              "a",
                              "hello world",
                              "key = value",
                              "2026-11-21T08:15:30Z",
                              "  trim me  ",
                              "f(a(b)c)d)",
                              "THE (quick) fox",
                              "aaaabbbb",
                              "x\ny\tz",
                              "[set]",
                              "%percent%",
                              "abcabc",
                              "a.b-c+d*e?f^g$h"};
    const char* patterns[] = {"",
                              "a",
                              ".",
                              "^a",
                              "a$",
                              "^$",
                              "%a+",
                              "(%a+)",
                              "(%w+)%s*=%s*(%w+)",
                              "(%d+)-(%d+)-(%d+)",
                              "^%s*(.-)%s*$",
                              "%b()",
                              "%f[%a]%a+",
                              "%f[%A]",
                              "()b()",
                              "(a)(b)%1",
                              "(.)%1",
                              "a-b",
                              "a*b",
                              "a+b",
                              "a?b",
                              "[abc]+",
                              "[^abc]+",
                              "[a-c]",
                              "[%]]",
                              "[]]",
                              "[^]]",
                              "[a-]",
                              "[-a]",
                              "[%w_]+",
                              "%%",
                              "%.",
                              "[%a%d]",
                              "(()a)",
                              "(a",
                              "a)",
                              "%",
                              "[a",
                              "[a%",
                              "%b",
                              "%bx",
                              "%f",
                              "(%1)",
                              "%1",
                              "%9",
                              "^^a",
                              "$a",
                              "a$b",
                              "[%a-z]",
                              "%u%U",
                              "%l%L",
                              "%p%P",
                              "%x+",
                              "%c",
                              "%g+",
                              "(((a)))",
                              "[^%s]+$",
                              "%w%w-%d",
                              "(a*(.)%w(%s*))",
                              "[%d%-]+",
                              "[+--]",
                              "[a-%%]"};
    for (const char* subject : subjects)
        for (const char* pattern : patterns) {
            if (isPlain(pattern)) continue;
            EXPECT_EQ(ourFind(subject, pattern), stockFind(state, subject, pattern))
                << "'" << subject << "' ~ '" << pattern << "'";
        }
}

TEST_F(PatternTest, AgreesWithStockLuaOnRandomPatterns)
{
    std::mt19937 random(7);
    const std::string letters = "ab(.)%*+-?[]^$1fdw ";
    for (int i = 0; i < 40'000; ++i) {
        std::string pattern, subject;
        for (auto length = random() % 9; length > 0; --length) pattern += letters[random() % letters.size()];
        for (auto length = random() % 12; length > 0; --length) subject += "ab1 ("[random() % 5];
        if (isPlain(pattern)) continue;
        ASSERT_EQ(ourFind(subject, pattern), stockFind(state, subject, pattern))
            << "'" << subject << "' ~ '" << pattern << "'";
    }
}

TEST_F(PatternTest, GivesUpAfterItsSteps)
{
    const std::string subject(5000, 'a');
    Pattern pattern(subject, ".-.-.-.-b", 100'000);
    EXPECT_THROW(pattern.matchAt(0), PatternError);
}

} // namespace
} // namespace atrium::automation::lua
