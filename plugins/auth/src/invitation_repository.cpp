#include "invitation_repository.h"

#include "account.h"
#include "secret.h"

namespace atrium::auth {

namespace {

constexpr const char* columns =
    "SELECT id, email, role, created_by, created_at, expires_at FROM auth_invitations WHERE expires_at > ? ";

Invitation toInvitation(const SqlRow& row)
{
    return {row[0].integer(),
            row[1].text(),
            parseRole(row[2].text()).value_or(Role::User),
            UserId{row[3].integer()},
            fromMicroseconds(row[4].integer()),
            fromMicroseconds(row[5].integer())};
}

} // namespace

std::pair<Invitation, std::string> InvitationRepository::create(Invitation invitation)
{
    const auto code = randomToken(18);
    invitation.id = database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("INSERT INTO auth_invitations (code_hash, email, role, created_by, created_at, expires_at) "
                            "VALUES (?, ?, ?, ?, ?, ?)",
                            {fingerprint(code), invitation.email, toString(invitation.role), invitation.createdBy.value,
                             toMicroseconds(invitation.createdAt), toMicroseconds(invitation.expiresAt)});
        return transaction.lastInsertId();
    });
    return {invitation, code};
}

std::optional<Invitation> InvitationRepository::find(std::string_view code, std::string_view email, UtcTime now) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) -> std::optional<Invitation> {
        const auto rows =
            transaction.query(std::string(columns) + "AND code_hash = ?", {toMicroseconds(now), fingerprint(code)});
        if (rows.empty()) return std::nullopt;
        auto invitation = toInvitation(rows[0]);
        if (!invitation.email.empty() && emailKey(invitation.email) != emailKey(email)) return std::nullopt;
        return invitation;
    });
}

bool InvitationRepository::use(std::int64_t id)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        return transaction.execute("DELETE FROM auth_invitations WHERE id = ?", {id}) > 0;
    });
}

std::vector<Invitation> InvitationRepository::open(UtcTime now) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        std::vector<Invitation> invitations;
        for (const auto& row : transaction.query(std::string(columns) + "ORDER BY id DESC", {toMicroseconds(now)}))
            invitations.push_back(toInvitation(row));
        return invitations;
    });
}

} // namespace atrium::auth
