#pragma once

#include "atrium/database.h"
#include "automation/journal_store.h"

namespace atrium::automation {

/// Notes the text of an automation as its next version, unless it is that of the newest one; the newest 50 are kept.
/// Within the transaction that saves the automation.
void keepVersion(Transaction& transaction, AutomationId id, const AutomationRow& row);

/// Newest first.
std::vector<AutomationVersion> readVersions(Transaction& transaction, AutomationId id);

} // namespace atrium::automation
