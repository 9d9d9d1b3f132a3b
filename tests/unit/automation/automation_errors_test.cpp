#include "automation/automation_errors.h"

#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

struct Case {
    const char* message;
    const char* source;
    TextPlace place; ///< line 0 = none
};

TEST(ScriptFaultTest, PointsAtTheWordThatIsWrong)
{
    const Case cases[] = {
        {"a.lua:2: unknown device \"hall/lihgt\" (did you mean \"hall/light\"?)",
         "\nlocal l = device \"hall/lihgt\"",
         {2, 19, 29}},
        {"my file.lua:1: <name> or '...' expected near '}'", "on(mqtt 'x', function(}) end)", {1, 23, 24}},
        {"a.lua:1: unknown name \"devize\"", "local e = '\u00e9\u20ac' devize 'x'", {1, 16, 22}},
        {"a.lua:3: too many steps", "\n\nx()", {3, 0, 0}},
        {"a.lua:9: unexpected near <eof>", "x(", {9, 0, 0}},
        {"12:30 is no place: neither is this", "x", {0, 0, 0}},
        {"lib/tools.lua:1: unknown name \"x\"", "x", {0, 0, 0}},
        {"a.lua: the file is larger than 256 KiB", "x", {0, 0, 0}},
        {"", "", {0, 0, 0}},
    };
    for (const auto& [message, source, place] : cases) {
        const auto fault = scriptFault("/source", message, source);
        EXPECT_EQ(fault.detail, message);
        EXPECT_EQ(fault.place.has_value(), place.line > 0) << message;
        if (!fault.place) continue;
        EXPECT_EQ(fault.place->line, place.line) << message;
        EXPECT_EQ(fault.place->column, place.column) << message;
        EXPECT_EQ(fault.place->endColumn, place.endColumn) << message;
    }
}

} // namespace
} // namespace atrium::automation
