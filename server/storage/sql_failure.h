#pragma once

#include "atrium/database.h"

namespace atrium::storage {

/// A StorageError that also says what the layer may do about it.
class SqlFailure : public StorageError {
public:
    enum class Recovery {
        None,       ///< the statement failed, the transaction stands
        RolledBack, ///< the database gave up the whole transaction (deadlock, lock wait): run it again
        Lost,       ///< the connection is gone: run it again on another one
        Broken,     ///< the transaction is over, and running it again would not help (time-out, disk full, ...)
    };

    SqlFailure(Kind kind, Recovery recovery, const std::string& what) : StorageError(kind, what), recovery_(recovery) {}
    Recovery recovery() const { return recovery_; }

private:
    Recovery recovery_;
};

} // namespace atrium::storage
