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

} // namespace atrium::automation
