#pragma once

#include "atrium/ids.h"

#include <string>

namespace atrium {

/// One thing that somebody did, or was refused.
struct AuditEntry {
    UserId user;         ///< none = nobody who is known
    std::string actor;   ///< name at that time, or `rule:NAME`; never an e-mail address that somebody merely typed
    std::string action;  ///< operation of the API (`toggleDevice`) or `sign-in`, `sign-in.second-factor`, ...
    std::string object;  ///< on what: a path or `device:4`
    std::string address; ///< from where; empty = from inside
    bool allowed = true;
    int status = 0;     ///< of the HTTP answer; 0 = none
    std::string detail; ///< one line without secrets
};

/// The audit log; provided by the auth plugin.
class Audit {
public:
    static constexpr const char* serviceName = "audit/1";
    virtual ~Audit() = default;
    /// Never blocks: queued (bounded at 10,000; overflow drops the entry, counts and logs it) and written within a
    /// second. Thread: any.
    virtual void record(AuditEntry entry) = 0;
};

} // namespace atrium
