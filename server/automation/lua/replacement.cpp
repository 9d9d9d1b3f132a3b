#include "automation/lua/budget.h"
#include "automation/lua/captures.h"
#include "automation/lua/resumable.h"
#include "automation/lua/values.h"

#include <cstring>
#include <new>

namespace atrium::automation::lua {

namespace {

constexpr std::size_t maxResult = 1024 * 1024;
constexpr int subjectAt = 1, patternAt = 2, replacementAt = 3, keptAt = 4; ///< places on the stack

/// How far a replacement has come. It lives in memory of Lua, with what there is of the result behind it.
struct Replacing {
    lua_Integer limit;
    std::uint64_t steps;
    lua_Integer count = 0;
    std::size_t at = 0;
    std::size_t matchBegan = 0;
    std::size_t lastEnd = static_cast<std::size_t>(-1);
    std::size_t size = 0;
    std::size_t capacity = 0;

    char* text() { return reinterpret_cast<char*>(this + 1); }
    static Replacing& of(lua_State* state) { return *static_cast<Replacing*>(lua_touserdata(state, keptAt)); }
};

/// Adds to the result; references to Replacing end here.
void append(lua_State* state, std::string_view text)
{
    auto* replacing = &Replacing::of(state);
    const auto size = replacing->size + text.size();
    if (size > maxResult) throw ScriptError("gsub: the result is larger than 1 MiB");
    if (size > replacing->capacity) {
        const auto capacity = std::min(std::max(size, 2 * replacing->capacity), maxResult);
        void* const larger = lua_newuserdatauv(state, sizeof(Replacing) + capacity, 0);
        replacing = new (larger) Replacing(*replacing);
        replacing->capacity = capacity;
        std::memcpy(replacing->text(), Replacing::of(state).text(), replacing->size);
        lua_replace(state, keptAt);
    }
    std::memcpy(replacing->text() + replacing->size, text.data(), text.size());
    replacing->size = size;
}

/// `%0` to `%9` in a text stand for the match and its captures.
void appendFilled(lua_State* state, std::string_view subject, const Pattern& pattern, const Pattern::Capture& whole)
{
    const auto& captures = pattern.captures();
    const auto original = subject.substr(whole.start, whole.length);
    auto text = textArgument(state, replacementAt);
    for (;;) {
        const auto percent = std::min(text.find('%'), text.size());
        append(state, text.substr(0, percent));
        if (percent == text.size()) return;
        const char digit = percent + 1 < text.size() ? text[percent + 1] : '\0';
        if (digit == '%') append(state, "%");
        else if (digit == '0' || (digit == '1' && captures.empty())) append(state, original);
        else if (digit >= '1' && digit <= '9') {
            const auto number = static_cast<std::size_t>(digit - '1');
            if (number >= captures.size()) throw ScriptError("invalid capture index %" + std::string(1, digit));
            const auto& capture = captures[number];
            if (capture.isPosition) append(state, std::to_string(capture.start + 1));
            else append(state, subject.substr(capture.start, capture.length));
        }
        else throw ScriptError("invalid use of '%' in replacement string");
        text.remove_prefix(percent + 2);
    }
}

/// Adds what the table or the function gave, which is at the top of the stack: nothing means that the match stays.
void takeReplacement(lua_State* state)
{
    const auto& replacing = Replacing::of(state);
    if (!lua_toboolean(state, -1))
        append(state,
               textArgument(state, subjectAt).substr(replacing.matchBegan, replacing.lastEnd - replacing.matchBegan));
    else if (lua_isstring(state, -1)) append(state, textArgument(state, -1));
    else throw ScriptError(std::string("invalid replacement value (a ") + luaL_typename(state, -1) + ")");
    lua_settop(state, keptAt);
}

int replaceOn(lua_State* state);

int afterReplacement(lua_State* state)
{
    takeReplacement(state);
    return replaceOn(state);
}

int goOn(lua_State* state, int, lua_KContext) { return guarded<replaceOn>(state); }
int goOnAfterReplacement(lua_State* state, int, lua_KContext) { return guarded<afterReplacement>(state); }

int replaceOn(lua_State* state)
{
    const auto subject = textArgument(state, subjectAt);
    const int kind = lua_type(state, replacementAt);
    Pattern pattern(subject, textArgument(state, patternAt), Replacing::of(state).steps);
    for (;;) {
        auto& replacing = Replacing::of(state);
        if (replacing.count >= replacing.limit) break;
        if (pattern.anchored() && (replacing.at > 0 || replacing.count > 0)) break;
        replacing.steps = pattern.stepsLeft();
        if (Budget::mustPause(state)) return Budget::pause(state, 0, goOn);
        const auto at = replacing.at;
        const auto end = pattern.matchAt(at);
        if (end && *end != replacing.lastEnd) {
            ++replacing.count;
            replacing.matchBegan = at;
            replacing.at = replacing.lastEnd = *end;
            replacing.steps = pattern.stepsLeft();
            const Pattern::Capture whole{at, *end - at, false};
            if (kind == LUA_TSTRING || kind == LUA_TNUMBER) {
                appendFilled(state, subject, pattern, whole);
                continue;
            }
            if (kind == LUA_TFUNCTION) {
                lua_pushvalue(state, replacementAt);
                lua_callk(state, pushCaptures(state, subject, pattern, &whole), 1, 0, goOnAfterReplacement);
            }
            else {
                pushCapture(state, subject, pattern.captures().empty() ? whole : pattern.captures()[0]);
                if (!index(state, replacementAt)) lua_callk(state, 2, 1, 0, goOnAfterReplacement);
            }
            takeReplacement(state);
        }
        else if (at < subject.size()) {
            ++replacing.at;
            append(state, subject.substr(at, 1));
        }
        else break;
    }
    if (const auto at = Replacing::of(state).at; at < subject.size()) append(state, subject.substr(at));
    const auto& replaced = Replacing::of(state);
    const auto count = replaced.count;
    lua_pushlstring(state, Replacing::of(state).text(), replaced.size);
    lua_pushinteger(state, count);
    return 2;
}

} // namespace

int replaceMatches(lua_State* state)
{
    constexpr std::size_t least = 64;
    const auto subject = textArgument(state, subjectAt);
    textArgument(state, patternAt);
    const int kind = lua_type(state, replacementAt);
    if (kind != LUA_TSTRING && kind != LUA_TNUMBER && kind != LUA_TTABLE && kind != LUA_TFUNCTION)
        luaL_typeerror(state, replacementAt, "string/function/table");
    const auto limit = luaL_optinteger(state, 4, static_cast<lua_Integer>(subject.size()) + 1);
    const auto capacity = std::min(subject.size() + least, maxResult);
    lua_settop(state, replacementAt);
    auto* replacing =
        new (lua_newuserdatauv(state, sizeof(Replacing) + capacity, 0)) Replacing{limit, Pattern::maxSteps};
    replacing->capacity = capacity;
    return replaceOn(state);
}

} // namespace atrium::automation::lua
