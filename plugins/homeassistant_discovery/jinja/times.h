#pragma once

#include "var.h"

namespace atrium::jinja {

/// Filters and functions about time; local means the zone of the process.
Var asMoment(const Var& value, const Call& call);
Var asLocal(const Var& value, const Call& call);
Var asTimestamp(const Var& value, const Call& call);
Var timestampLocal(const Var& value, const Call& call);
Var timestampUtc(const Var& value, const Call& call);
Var timestampCustom(const Var& value, const Call& call);
/// ISO 8601 date and time as Python's fromisoformat reads them; without a zone it is local. Empty when it is none.
std::optional<UtcTime> parseMoment(std::string_view text);
/// strftime(), in the zone of the moment.
std::string formatMoment(const Moment& moment, const std::string& format);

} // namespace atrium::jinja
