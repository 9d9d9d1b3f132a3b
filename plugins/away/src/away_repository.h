#pragma once

#include "atrium/database.h"
#include "atrium/ids.h"
#include "atrium/time.h"

namespace atrium::away {

/// Whether everybody is away, since when, and who said so.
struct AwayState {
    bool enabled = false;
    UserId owner; ///< none = the open home
    UtcTime since{};

    bool operator==(const AwayState&) const = default;
};

/// Table `away_mode`. Thread: any that may block. Throws StorageError.
class AwayRepository {
public:
    explicit AwayRepository(Database& database) : database_(database) {}

    AwayState load();
    void save(const AwayState& state);

private:
    Database& database_;
};

} // namespace atrium::away
