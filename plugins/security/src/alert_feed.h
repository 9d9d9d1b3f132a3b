#pragma once

#include "alert.h"

#include "atrium/automation.h"
#include "atrium/executor.h"
#include "atrium/mqtt.h"
#include "atrium/realtime.h"

namespace atrium::security {

/// Tells everybody what became of alerts and sensors: screens (topics `alerts`, `notifications` and `sensors`), rules
/// (events `alert.raised`, `alert.raised:KEY`, `alert.cleared`, ...) and the broker (`PREFIX/alerts/ID`). Thread: any.
class AlertFeed {
public:
    AlertFeed(Realtime& realtime, Automation& automation, Mqtt& mqtt, Executor& core, std::string topicPrefix)
        : realtime_(realtime), automation_(automation), mqtt_(mqtt), core_(core), prefix_(std::move(topicPrefix))
    {}

    void changed(AlertChange change, const Alert& alert);
    void changed(const Sensor& sensor);

private:
    Realtime& realtime_;
    Automation& automation_;
    Mqtt& mqtt_;
    Executor& core_;
    const std::string prefix_;
};

} // namespace atrium::security
