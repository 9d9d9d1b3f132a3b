#pragma once

#include "atrium/value.h"
#include "automation/device_selection.h"
#include "automation/schedule_trigger.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace atrium::automation {

/// What starts a rule, as plain data: scripts make it, the server acts on it.

/// `campus/+building/leak` names level 1 `building`.
struct TopicCapture {
    std::uint32_t level = 0;
    std::string name;
    template <class A>
    void fields(A& a)
    {
        a(level, name);
    }
};

struct MqttTrigger {
    std::string filter; ///< as the broker wants it, without names
    std::vector<TopicCapture> captures;
    bool json = false;
    bool retained = false; ///< fires for retained messages too
    template <class A>
    void fields(A& a)
    {
        a(filter, captures, json, retained);
    }
};

enum class AttributeTest : std::uint8_t { Changes, Becomes, Above, Below };

struct AttributeTrigger {
    std::int64_t device = 0;
    std::string attribute;
    AttributeTest test = AttributeTest::Changes;
    Value operand;          ///< of Becomes, Above and Below
    Value hysteresis = 0;   ///< Above re-arms at operand - hysteresis, Below at operand + hysteresis
    std::int64_t hold = 0;  ///< microseconds that it must stay so before it fires; 0 = none
    std::int64_t quiet = 0; ///< microseconds without another such change before it fires (debounce); 0 = none
    template <class A>
    void fields(A& a)
    {
        a(device, attribute, test, operand, hysteresis, hold, quiet);
    }
};

/// An attribute was not reported for a while, changed or not.
struct SilenceTrigger {
    std::int64_t device = 0;
    std::string attribute;
    std::int64_t period = 0; ///< microseconds
    template <class A>
    void fields(A& a)
    {
        a(device, attribute, period);
    }
};

struct EveryTrigger {
    std::int64_t period = 0; ///< microseconds
    template <class A>
    void fields(A& a)
    {
        a(period);
    }
};

/// The server is up, or the automation was saved for the first time.
struct StartupTrigger {
    template <class A>
    void fields(A&)
    {}
};

/// The server is about to stop, politely.
struct ShutdownTrigger {
    template <class A>
    void fields(A&)
    {}
};

/// A plugin raised an event (Automation::raiseEvent).
struct EventTrigger {
    std::string name;
    template <class A>
    void fields(A& a)
    {
        a(name);
    }
};

/// An attribute of any device of a selection, also of one that joins it later; the event's device is the one.
struct SelectedTrigger {
    DeviceSelection selection;
    AttributeTrigger attribute; ///< without a device
    std::int64_t silence = 0;   ///< microseconds: a SilenceTrigger in place of the attribute's test; 0 = none
    template <class A>
    void fields(A& a)
    {
        a(selection, attribute, silence);
    }
};

/// Somebody calls `/api/hooks/NAME`.
struct WebhookTrigger {
    std::string name;
    std::string method;    ///< `POST`, `PUT` or `GET`
    bool isSigned = false; ///< the body carries an HMAC of the secret; else the secret itself is sent
    template <class A>
    void fields(A& a)
    {
        a(name, method, isSigned);
    }
};

using Trigger = std::variant<MqttTrigger, AttributeTrigger, EveryTrigger, ScheduleTrigger, StartupTrigger, EventTrigger,
                             SilenceTrigger, ShutdownTrigger, SelectedTrigger, WebhookTrigger>;

/// What the events of its runs are called: `mqtt`, `attribute`, `every`, `at`, ...
const char* kindOf(const Trigger& trigger);

/// Splits `a/+name/b` into the filter and its captures. Empty when it is no valid filter, a name is no Lua identifier,
/// or it is longer than 1,024 bytes.
std::optional<MqttTrigger> parseTopicPattern(std::string_view pattern);

/// How runs of one rule live together.
struct RuleMode {
    enum class Kind : std::uint8_t {
        Single,   ///< a trigger during a run is dropped
        Restart,  ///< a trigger ends the run and starts anew
        Queued,   ///< one after the other, at most `limit` waiting
        Parallel, ///< at most `limit` at a time
        Throttle, ///< a trigger sooner than `period` after the last start is dropped
    };
    /// Losing a trigger must be asked for, so rules queue unless they say otherwise.
    Kind kind = Kind::Queued;
    std::uint32_t limit = 10;
    std::int64_t period = 0; ///< microseconds; Throttle
    template <class A>
    void fields(A& a)
    {
        a(kind, limit, period);
    }
};

/// Reads `single`, `restart`, `queued(5)`, `parallel(3)`, `throttle 10s`; the limit is 10 where none is given, and at
/// most 1,000.
std::optional<RuleMode> parseRuleMode(std::string_view text);

} // namespace atrium::automation
