#pragma once

#include "automation/automation_service.h"

namespace atrium::automation {

/// One automation of an exported file.
struct ImportItem {
    std::string name;
    std::string source;
    Engine::Triggers triggers = Engine::Triggers::Armed;
};

/// What becomes of an item whose name an automation has already that was saved over REST.
enum class ImportPolicy { Skip, Replace, Add };

struct ImportResult {
    AutomationId id; ///< none = skipped
    std::string name;
    const char* outcome = "added"; ///< `added`, `replaced`, `skipped`
};

/// Imports a file: all of its texts must load, else none is saved. Error: Unprocessable with a field for each text that
/// does not load; those of saving. Thread: core.
void importAutomations(AutomationService& service, std::vector<ImportItem> items, ImportPolicy policy, UserId author,
                       std::function<void(Result<std::vector<ImportResult>>)> done);

} // namespace atrium::automation
