#pragma once

#include "atrium/auth.h"
#include "atrium/database.h"
#include "atrium/time.h"

#include <optional>
#include <vector>

namespace atrium::auth {

/// The right to register once, where registration is not open to everybody.
struct Invitation {
    std::int64_t id = 0;
    std::string email; ///< for this address only; empty = for whoever has the code
    Role role = Role::User;
    UserId createdBy;
    UtcTime createdAt{};
    UtcTime expiresAt{};
};

/// All SQL of invitations; a code is stored as its SHA-256. Thread: any that may block. Throws StorageError.
class InvitationRepository {
public:
    explicit InvitationRepository(Database& database) : database_(database) {}

    /// Stores it (its id is ignored); the code is shown once. Durable.
    std::pair<Invitation, std::string> create(Invitation invitation);
    /// The invitation of a code for an address; it stays until use().
    std::optional<Invitation> find(std::string_view code, std::string_view email, UtcTime now) const;
    /// False when somebody else used it first. Durable.
    bool use(std::int64_t id);
    std::vector<Invitation> open(UtcTime now) const;

private:
    Database& database_;
};

} // namespace atrium::auth
