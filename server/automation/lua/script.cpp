#include "automation/lua/script.h"

#include "atrium/text.h"

#include <algorithm>
#include <cstdlib>

namespace atrium::automation::lua {

namespace {
constexpr std::size_t maxSourceBytes = 256 * 1024;
constexpr std::size_t longestError = 1000;
constexpr std::size_t maxDeclarations = 1000;
constexpr const char* environmentKey = "atrium.environment";
} // namespace

Script::Script(HostContext& host, std::uint32_t instance, std::string name)
    : host_(host), instance_(instance), name_(std::move(name)), memory_{0, host.memoryLimit}
{
    state_ = lua_newstate(&Script::allocate, &memory_);
    if (!state_) throw std::bad_alloc();
    *static_cast<Script**>(lua_getextraspace(state_)) = this;
}

Script::~Script() { lua_close(state_); }

void* Script::allocate(void* memory, void* block, std::size_t oldSize, std::size_t newSize)
{
    auto& account = *static_cast<Memory*>(memory);
    // Without a block, Lua passes the type of the object in place of a size.
    const auto before = block ? oldSize : 0;
    if (newSize == 0) {
        std::free(block);
        account.used -= before;
        return nullptr;
    }
    if (newSize > before && account.used - before + newSize > account.limit) return nullptr;
    void* moved = std::realloc(block, newSize);
    if (moved) account.used = account.used - before + newSize;
    return moved;
}

std::optional<std::string> Script::protect(const std::function<void(lua_State*)>& body)
{
    if (!lua_checkstack(state_, 4)) return "not enough memory";
    lua_pushcfunction(state_, [](lua_State* state) {
        const auto* call = static_cast<const std::function<void(lua_State*)>*>(lua_touserdata(state, 1));
        lua_settop(state, 0);
        (*call)(state);
        return lua_gettop(state);
    });
    lua_pushlightuserdata(state_, const_cast<std::function<void(lua_State*)>*>(&body));
    if (lua_pcall(state_, 1, LUA_MULTRET, 0) == LUA_OK) return {};
    auto text = errorText(state_);
    lua_settop(state_, 0);
    return text;
}

std::string Script::errorText(lua_State* state) const
{
    // Never luaL_tolstring: it would run code of the script outside of its budget.
    if (lua_type(state, -1) == LUA_TSTRING) {
        std::string text = lua_tostring(state, -1);
        if (text.size() > longestError) text.resize(longestError);
        // It goes to the database and to people.
        if (!isCleanUtf8(text))
            for (auto& c : text)
                if (static_cast<unsigned char>(c) >= 0x80) c = '?';
        return text;
    }
    return name_ + ": error with a " + luaL_typename(state, -1) + " instead of a text";
}

void Script::load(const std::string& source)
{
    if (source.size() > maxSourceBytes) return failLoad(name_ + ": the file is larger than 256 KiB", false);
    const auto error = protect([&](lua_State* state) {
        openTexts(state);
        openEnvironment(state);
        lua_pushvalue(state, -1);
        lua_rawseti(state, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
        lua_setfield(state, LUA_REGISTRYINDEX, environmentKey);
    });
    if (error) return failLoad(*error, false);
    const auto broken = protect([&](lua_State*) { prepare(source); });
    if (broken) return failLoad(*broken, false);
    resumeLoad(0);
}

void Script::prepare(const std::string& source)
{
    compile(state_, source, name_);
    loader_ = lua_newthread(state_);
    loaderReference_ = luaL_ref(state_, LUA_REGISTRYINDEX);
    lua_xmove(state_, loader_, 1);
}

namespace {

/// What a module of the language does not have is an error now rather than when a run comes there.
void requireMember(lua_State* state, const std::string& file, const ChunkNames::Use& use)
{
    if (!pushLanguageName(state, use.name)) return;
    const bool isOpen = luaL_getmetafield(state, -1, "__index") != LUA_TNIL;
    if (isOpen) lua_pop(state, 1);
    if (isOpen || !lua_istable(state, -1)) return lua_pop(state, 1);
    lua_pushlstring(state, use.member.data(), use.member.size());
    const bool has = lua_rawget(state, -2) != LUA_TNIL;
    lua_pop(state, 1);
    if (has) return lua_pop(state, 1);
    Suggestion suggestion(use.member);
    for (lua_pushnil(state); lua_next(state, -2); lua_pop(state, 1))
        if (lua_type(state, -2) == LUA_TSTRING) suggestion.consider(lua_tostring(state, -2));
    luaL_error(state, "%s:%d: \"%s\" has no \"%s\"%s", file.c_str(), use.line, use.name.c_str(), use.member.c_str(),
               suggestion.question().c_str());
}

} // namespace

void Script::compile(lua_State* state, const std::string& source, const std::string& name)
{
    const auto chunk = "=" + name;
    if (luaL_loadbufferx(state, source.data(), source.size(), chunk.c_str(), "t") != LUA_OK) lua_error(state);
    auto found = readChunkNames(state);
    if (found.toBeClosedLine > 0)
        luaL_error(state, "%s:%d: <close> is not available", name.c_str(), found.toBeClosedLine);
    names.constants.merge(found.constants);
    names.assigned.merge(found.assigned);
    names.members.merge(found.members);
    // A module of the site may add to those of the language, and is loaded later.
    const bool isClosed = !names.constants.contains("require");
    lua_getfield(state, LUA_REGISTRYINDEX, environmentKey);
    for (const auto& use : found.reads) {
        lua_pushlstring(state, use.name.data(), use.name.size());
        const bool known = lua_rawget(state, -2) != LUA_TNIL;
        lua_pop(state, 1);
        if (isClosed && !use.member.empty() && !names.assigned.contains(use.name) &&
            !names.members.contains(use.member))
            requireMember(state, name, use);
        if (known || names.assigned.contains(use.name) || isLanguageName(state, use.name)) continue;
        Suggestion suggestion(use.name);
        considerLanguageNames(state, suggestion);
        for (const auto& assigned : names.assigned) suggestion.consider(assigned);
        luaL_error(state, "%s:%d: unknown name \"%s\"%s", name.c_str(), use.line, use.name.c_str(),
                   suggestion.question().c_str());
    }
    lua_setupvalue(state, -2, 1);
}

void Script::resumeLoad(int arguments)
{
    int results = 0, status = LUA_OK;
    bool exceeded = false;
    {
        Budget::Slice slice(host_.budget, loader_, instance_, 0, loaderSlice_);
        status = lua_resume(loader_, nullptr, arguments, &results);
        exceeded = slice.exceeded();
        interrupted_ = slice.interrupted() && status == LUA_YIELD && !exceeded;
        interruptedRun_ = 0;
        loaderSlice_ = interrupted_ ? loaderSlice_ + slice.spent() : Budget::Spent{0};
    }
    if (interrupted_) return;
    if (status == LUA_YIELD && !exceeded && (!loaderAsked_.empty() || loaderWaits_)) return;
    if (exceeded) return failLoad(name_ + ": loading takes too much CPU time", true);
    if (status != LUA_OK) return failLoad(errorText(loader_), status == LUA_ERRMEM);
    finishLoad();
}

void Script::finishLoad()
{
    luaL_unref(state_, LUA_REGISTRYINDEX, loaderReference_);
    loader_ = nullptr;
    loading_ = false;
    // Values that the file used while it was loaded are garbage now; what stays is the price of the rule.
    lua_gc(state_, LUA_GCCOLLECT);

    ScriptLoaded loaded{instance_, {}, {}, memory_.used};
    for (const auto& rule : rules) {
        RuleView view{rule.name,   rule.mode,   rule.line,    {},           rule.store,
                      rule.isTest, rule.grants, rule.onError, rule.onChange};
        for (const int trigger : rule.triggers) view.triggers.push_back(triggers[trigger]);
        loaded.rules.push_back(std::move(view));
    }
    // With `get` a script may read an attribute whose name it makes up; otherwise names stand in the text.
    const bool anyAttribute = names.constants.contains("get");
    std::set<std::int64_t> seen;
    for (const auto& [name, device] : devices) {
        if (!seen.insert(device->id).second) continue;
        MirrorWish wish{device->id, {}};
        for (const auto& attribute : device->attributes)
            if (anyAttribute || names.constants.contains(attribute.name)) wish.attributes.push_back(attribute.name);
        loaded.mirror.push_back(std::move(wish));
    }
    host_.send(loaded);
    names.constants.clear();
}

void Script::failLoad(std::string message, bool overBudget)
{
    loader_ = nullptr;
    host_.send(ScriptFailed{instance_, std::move(message), overBudget});
}

void Script::answer(const StepAnswer& answer)
{
    const auto found = runs_.find(answer.run);
    if (found == runs_.end() || !found->second->waitsForAnswer || found->second->step != answer.step) return;
    auto& run = *found->second;
    run.waitsForAnswer = false;
    int results = 0;
    const auto error = protect([&](lua_State* state) { pushResult(state, run.asked, answer.ok, answer.result); });
    if (error) return end(run, RunEnd::OverBudget, *error);
    results = lua_gettop(state_);
    if (!lua_checkstack(run.coroutine, results + 2)) return end(run, RunEnd::OverBudget, "not enough memory");
    lua_xmove(state_, run.coroutine, results);
    resume(run, results);
}

void Script::requireLoading(const char* what) const
{
    if (!loading_) throw ScriptError(std::string(what) + " belongs to the top of the file, not into a run");
}

void Script::logOutsideOfRun(std::string level, std::string text)
{
    host_.send(LoadLog{instance_, std::move(level), std::move(text)});
}

MirroredDevice* Script::knownDevice(const std::string& name) const
{
    const auto found = devices.find(name);
    return found == devices.end() ? nullptr : found->second;
}

int Script::addTrigger(Trigger trigger)
{
    if (triggers.size() >= maxDeclarations) throw ScriptError("more than 1000 triggers in one file");
    triggers.push_back(std::move(trigger));
    return static_cast<int>(triggers.size()) - 1;
}

int Script::addCondition(Condition condition)
{
    if (conditions.size() >= maxDeclarations) throw ScriptError("more than 1000 conditions in one file");
    conditions.push_back(std::move(condition));
    return static_cast<int>(conditions.size()) - 1;
}

void Script::addRule(Rule rule)
{
    if (rules.size() >= maxDeclarations) throw ScriptError("more than 1000 rules in one file");
    for (const auto& other : rules)
        if (other.name == rule.name)
            throw ScriptError("the file has two rules or tests of the name \"" + rule.name + "\"");
    rules.push_back(std::move(rule));
}

std::string Script::position(lua_State* state, int level) const
{
    return name_ + ":" + std::to_string(line(state, level));
}

int Script::line(lua_State* state, int level) const
{
    lua_Debug debug{};
    if (!lua_getstack(state, level, &debug) || !lua_getinfo(state, "l", &debug)) return 0;
    return std::max(debug.currentline, 0);
}

} // namespace atrium::automation::lua
