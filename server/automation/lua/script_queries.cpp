#include "automation/lua/script.h"

namespace atrium::automation::lua {

// What a script asks the server while it loads or runs; it goes on with the answer.

namespace {
constexpr std::size_t mostDevices = 1000;
} // namespace

void Script::answer(const DeviceAnswer& answer)
{
    auto found = runs_.end();
    if (answer.run != 0) {
        found = runs_.find(answer.run);
        if (found == runs_.end()) return;
    }
    std::string asked;
    std::swap(asked, answer.run == 0 ? loaderAsked_ : found->second->deviceAsked);
    if (asked.empty()) return;
    if (answer.device && answer.device->isStandIn) {
        // Nobody else may see the attributes that this text says.
        auto& own = standIns_.emplace_back(std::make_unique<MirroredDevice>());
        own->id = answer.device->id;
        own->uid = answer.device->uid;
        own->name = answer.device->name;
        own->isStandIn = true;
        devices[asked] = own.get();
    }
    else if (answer.device) {
        devices[asked] = &host_.mirror.put(*answer.device);
        if (!loading_) {
            MirrorWish wish{answer.device->id, {}};
            for (const auto& attribute : answer.device->attributes) wish.attributes.push_back(attribute.name);
            host_.send(MirrorMore{instance_, std::move(wish)});
        }
    }
    // The suggestion travels on the coroutine's stack; `device` makes the error of it.
    goOn(answer.run, [&](lua_State* state) { lua_pushstring(state, answer.suggestion.c_str()); });
}

void Script::answer(const SelectionAnswer& answer)
{
    if (answer.run != 0) {
        const auto found = runs_.find(answer.run);
        if (found == runs_.end() || !std::exchange(found->second->asksSelection, false)) return;
    }
    else if (!std::exchange(loaderWaits_, false)) return;
    goOn(answer.run, [&](lua_State* state) {
        if (!answer.error.empty()) {
            lua_pushnil(state);
            lua_pushstring(state, answer.error.c_str());
            return;
        }
        lua_createtable(state, 0, static_cast<int>(answer.attributes.size()));
        for (const auto& name : answer.attributes) {
            lua_pushboolean(state, 1);
            lua_setfield(state, -2, name.c_str());
        }
        lua_pushnil(state);
    });
}

void Script::answer(const ModuleAnswer& answer)
{
    if (!std::exchange(loaderWaits_, false)) return;
    goOn(0, [&](lua_State* state) {
        if (answer.source) lua_pushlstring(state, answer.source->data(), answer.source->size());
        else lua_pushnil(state);
        lua_pushstring(state, answer.suggestion.c_str());
    });
}

void Script::goOn(std::uint64_t run, const std::function<void(lua_State*)>& push)
{
    const auto found = runs_.find(run);
    auto* thread = run == 0 ? loader_ : found->second->coroutine;
    const auto error = protect(push);
    const int values = error ? 0 : lua_gettop(state_);
    if (error || !lua_checkstack(thread, values + 2)) {
        if (run == 0) return failLoad("not enough memory", true);
        return end(*found->second, RunEnd::OverBudget, "not enough memory");
    }
    lua_xmove(state_, thread, values);
    if (run == 0) resumeLoad(values);
    else resume(*found->second, values);
}

void Script::askForDevice(lua_State* state, const std::string& name)
{
    if (devices.size() >= mostDevices) throw ScriptError("more than 1000 devices in one file");
    beforeQuery(state);
    (current_ ? current_->deviceAsked : loaderAsked_) = name;
    host_.send(DeviceQuery{instance_, current_ ? current_->id : 0, name});
}

void Script::beforeQuery(lua_State* state)
{
    // Each answer begins a new slice of CPU time: without a bound, asking would go on for ever.
    constexpr std::uint32_t mostQueries = 2000;
    if (!lua_isyieldable(state) || (current_ && current_->when))
        throw ScriptError("name devices at the top of the file");
    if (++(current_ ? current_->queries : loaderQueries_) > mostQueries)
        throw ScriptError("more than 2000 questions for devices");
}

void Script::askForSelection(lua_State* state, const DeviceSelection& selection)
{
    beforeQuery(state);
    (current_ ? current_->asksSelection : loaderWaits_) = true;
    host_.send(SelectionQuery{instance_, current_ ? current_->id : 0, selection});
}

void Script::askForModule(lua_State* state, const std::string& name)
{
    constexpr std::size_t mostModules = 50;
    if (++modules_ > mostModules) throw ScriptError("more than 50 modules in one file");
    if (!lua_isyieldable(state)) throw ScriptError("require modules at the top of the file");
    loaderWaits_ = true;
    host_.send(ModuleQuery{instance_, name});
}

} // namespace atrium::automation::lua
