#pragma once

#include "atrium/value.h"

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
    Value operand;        ///< of Becomes, Above and Below
    Value hysteresis = 0; ///< Above re-arms at operand - hysteresis, Below at operand + hysteresis
    template <class A>
    void fields(A& a)
    {
        a(device, attribute, test, operand, hysteresis);
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

/// What happens at local times that a clock change skips or shows twice.
enum class DstPolicy : std::uint8_t {
    Once, ///< skipped: at the moment of the change; doubled: the first time only
    Skip, ///< skipped: not at all; doubled: the first time only
    Both, ///< skipped: at the moment of the change; doubled: both times
};

struct AtTrigger {
    std::uint32_t secondOfDay = 0;
    std::uint8_t days = 0x7f; ///< bit 0 = Monday
    std::string zone;         ///< IANA name; empty = the zone of the site
    DstPolicy dst = DstPolicy::Once;
    template <class A>
    void fields(A& a)
    {
        a(secondOfDay, days, zone, dst);
    }
};

/// The server is up, or the automation was saved for the first time.
struct StartupTrigger {
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

using Trigger = std::variant<MqttTrigger, AttributeTrigger, EveryTrigger, AtTrigger, StartupTrigger, EventTrigger>;

/// Splits `a/+name/b` into the filter and its captures. Empty when it is no valid filter, a name is no Lua identifier,
/// or it is longer than 1,024 bytes.
std::optional<MqttTrigger> parseTopicPattern(std::string_view pattern);
/// Reads `07:30` or `07:30:15`. Empty when it is no time of day.
std::optional<std::uint32_t> parseTimeOfDay(std::string_view text);
/// Reads `mon-fri,sun`, `sat`, `fri-mon`. Empty when a day is unknown.
std::optional<std::uint8_t> parseDays(std::string_view text);
std::optional<DstPolicy> parseDstPolicy(std::string_view text);

/// How runs of one rule live together.
struct RuleMode {
    enum class Kind : std::uint8_t {
        Single,   ///< a trigger during a run is dropped
        Restart,  ///< a trigger ends the run and starts anew
        Queued,   ///< one after the other, at most `limit` waiting
        Parallel, ///< at most `limit` at a time
    };
    /// Losing a trigger must be asked for, so rules queue unless they say otherwise.
    Kind kind = Kind::Queued;
    std::uint32_t limit = 10;
    template <class A>
    void fields(A& a)
    {
        a(kind, limit);
    }
};

/// Reads `single`, `restart`, `queued(5)`, `parallel(3)`; the limit is 10 where none is given, and at most 1,000.
std::optional<RuleMode> parseRuleMode(std::string_view text);

} // namespace atrium::automation
