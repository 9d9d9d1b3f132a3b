#include "automation/pending_hold.h"

#include "automation/fingerprint.h"
#include "automation/wire.h"

namespace atrium::automation {

std::string fingerprintOf(const AttributeTrigger& trigger)
{
    std::string wire;
    WireWriter(wire).put(trigger);
    return fingerprintOf(wire);
}

Value toValue(const WaitHolds& holds)
{
    Object object;
    for (const auto& [trigger, hold] : holds)
        object.append(trigger,
                      List{toMicroseconds(hold.began), toMicroseconds(hold.due), Value(hold.event),
                           hold.cause.correlationId, hold.cause.origin, static_cast<std::int64_t>(hold.cause.hops)});
    return object.empty() ? Value() : Value(std::move(object));
}

WaitHolds toWaitHolds(const Value& value)
{
    WaitHolds holds;
    const auto* object = value.ifObject();
    for (const auto& [trigger, kept] : object ? *object : Object{}) {
        const auto* fields = kept.ifList();
        if (!fields || fields->size() != 6 || !(*fields)[2].isObject()) continue;
        holds[trigger] = {fromMicroseconds((*fields)[0].integer()), fromMicroseconds((*fields)[1].integer()),
                          (*fields)[2].object(),
                          Cause{(*fields)[3].text(), (*fields)[4].text(), static_cast<int>((*fields)[5].integer())}};
    }
    return holds;
}

} // namespace atrium::automation
