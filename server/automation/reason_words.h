#pragma once

#include "atrium/time.h"
#include "automation/reason.h"

#include <chrono>
#include <string>

namespace atrium::automation::reasons {

// What the sentences of reasons are made of. Thread: any.

/// A number as people write it, any other value as JSON.
std::string shown(const Value& value);
/// Whole seconds from ten on, whole minutes from an hour on: nobody wants to read milliseconds of an hour.
std::string shown(std::chrono::microseconds duration);
/// RFC 3339; Null for the epoch, which stands for none.
Value timeOf(UtcTime time);
/// `2026-11-23 22:30` of `2026-11-23T22:30:00+01:00`: the zone is the schedule's.
std::string shownLocal(const std::string& local);
double seconds(std::chrono::microseconds duration);
/// `5m ago`; `never` for the epoch.
Text ago(UtcTime time, UtcTime now);
/// ` for 5m`; empty for the epoch.
Text since(UtcTime time, UtcTime now);
/// A reason whose sentence begins with what it is about, which is among its facts.
Reason about(const char* code, const std::string& what, Text text, Object facts);

} // namespace atrium::automation::reasons
