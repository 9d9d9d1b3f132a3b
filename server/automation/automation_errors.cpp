#include "automation/automation_errors.h"

namespace atrium::automation {

Error unknownAutomation()
{
    return makeError(ErrorCode::NotFound, {"Automatisation inconnue", "There is no such automation"});
}

Error ownedByPlugin()
{
    return makeError(ErrorCode::Conflict,
                     {"Cette automatisation appartient à une extension : modifiez-la là où elle a été créée",
                      "This automation belongs to a plugin: change it where it was made"});
}

Error busy()
{
    return makeError(ErrorCode::Unavailable, {"Le serveur est occupé, réessayez", "The server is busy, try again"});
}

Error scriptError(const Error& error)
{
    if (error.code != ErrorCode::Unprocessable) return error;
    const auto& message = error.message.en;
    auto fault =
        makeError(ErrorCode::Unprocessable, {"Erreur dans le script : " + message, "Error in the script: " + message});
    fault.fields.push_back({"/source", message});
    return fault;
}

} // namespace atrium::automation
