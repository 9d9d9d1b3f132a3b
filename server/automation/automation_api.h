#pragma once

#include "atrium/http.h"
#include "atrium/services/accounts.h"
#include "automation/automation_service.h"

namespace atrium::automation {

/// JSON Schema of a request that sends a text: `source` and, where it matters, a `name`.
inline constexpr const char* scriptSchema =
    R"({"type":"object","required":["source"],"additionalProperties":false,"properties":{
  "name":{"type":"string","minLength":1,"maxLength":100},"source":{"type":"string","maxLength":49152}}})";

/// Automations over REST. Every handler hands its work to core and answers from there.
class AutomationApi {
public:
    /// Both outlive the API.
    AutomationApi(AutomationService& service, Executor& core, Http& http);

    /// `automations.read` and `automations.write`.
    static std::vector<PermissionDeclaration> permissions();

private:
    void addReadRoutes(Http& http);
    void addWriteRoutes(Http& http);
    Value toValue(AutomationId id) const;
    void answerWith(AutomationId id, int status, const HttpAnswer& answer) const;

    AutomationService& service_;
    Executor& core_;
    Subscriptions routes_;
};

} // namespace atrium::automation
