#include "automation/lua/script.h"

namespace atrium::automation::lua {

namespace {

// Triggers on an attribute: of one device, or of the devices of a selection.

TriggerSubject subjectAt(lua_State* state, AttributeTest test)
{
    auto subject = selectedAttributeAt(state, 1);
    if (!subject) {
        const auto& handle = attributeAt(state, 1);
        subject.emplace();
        subject->trigger.device = handle.device->id;
        subject->trigger.attribute = handle.device->attributes[handle.attribute].name;
    }
    subject->trigger.test = test;
    return std::move(*subject);
}

int push(lua_State* state, TriggerSubject subject)
{
    if (subject.selection)
        pushTrigger(state, SelectedTrigger{std::move(*subject.selection), std::move(subject.trigger), 0});
    else pushTrigger(state, std::move(subject.trigger));
    return 1;
}

int silent(lua_State* state)
{
    auto subject = subjectAt(state, AttributeTest::Changes);
    const auto period = requireDuration(state, 2, "the time without a report").count();
    if (subject.selection)
        pushTrigger(state, SelectedTrigger{std::move(*subject.selection), std::move(subject.trigger), period});
    else pushTrigger(state, SilenceTrigger{subject.trigger.device, subject.trigger.attribute, period});
    return 1;
}

int changes(lua_State* state) { return push(state, subjectAt(state, AttributeTest::Changes)); }

int becomes(lua_State* state)
{
    auto subject = subjectAt(state, AttributeTest::Becomes);
    if (lua_isnoneornil(state, 2)) throw ScriptError("becomes wants a value");
    subject.trigger.operand = toValue(state, 2);
    return push(state, std::move(subject));
}

template <AttributeTest test>
int crosses(lua_State* state)
{
    auto subject = subjectAt(state, test);
    auto& trigger = subject.trigger;
    trigger.operand = requireNumber(state, 2, "the threshold");
    forEachOption(state, 3, {"hysteresis", "hold"}, [&](std::string_view key) {
        if (key == "hold") {
            trigger.hold = requireDuration(state, -1, "hold").count();
            return;
        }
        const double hysteresis = requireNumber(state, -1, "hysteresis");
        if (hysteresis < 0) throw ScriptError("hysteresis must not be negative");
        trigger.hysteresis = hysteresis;
    });
    return push(state, std::move(subject));
}

} // namespace

const luaL_Reg attributeTriggers[] = {{"changes", guarded<changes>},
                                      {"becomes", guarded<becomes>},
                                      {"above", guarded<crosses<AttributeTest::Above>>},
                                      {"below", guarded<crosses<AttributeTest::Below>>},
                                      {"silent", guarded<silent>},
                                      {nullptr, nullptr}};

} // namespace atrium::automation::lua
