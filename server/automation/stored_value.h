#pragma once

#include "atrium/database.h"
#include "automation/wire.h"

namespace atrium::automation {

// Values in TEXT columns of the journal (64 KiB in MariaDB).

/// Null in place of a value that is too large.
std::string packed(const Value& value);
Value unpacked(const SqlValue& text);

} // namespace atrium::automation
