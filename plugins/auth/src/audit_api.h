#pragma once

#include "api_support.h"
#include "audit_log.h"
#include "signing_keys.h"

namespace atrium::auth {

/// The audit log for administrators, and the rotation of the keys that sign tokens. Thread: any.
class AuditApi {
public:
    AuditApi(AuditLog& log, std::function<Result<void>()> rotateKeys) : log_(log), rotateKeys_(std::move(rotateKeys)) {}

    void registerRoutes(Http& http, Subscriptions& routes);

private:
    AuditLog& log_;
    const std::function<Result<void>()> rotateKeys_;
};

} // namespace atrium::auth
