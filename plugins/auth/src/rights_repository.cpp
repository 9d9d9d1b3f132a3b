#include "rights_repository.h"

#include "secret.h"

#include <map>

namespace atrium::auth {

namespace {

SqlValue orNull(std::int64_t id) { return id == 0 ? SqlValue() : SqlValue(id); }
std::int64_t orZero(const SqlValue& value) { return value.isNull() ? 0 : value.integer(); }

bool isUnknown(const StorageError& error) { return error.kind() == StorageError::Kind::ConstraintViolated; }

} // namespace

std::vector<SiteRole> RightsRepository::roles() const
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::vector<SiteRole> roles;
        for (const auto& row : transaction.query("SELECT name, base, second_factor, own FROM auth_roles ORDER BY name"))
            roles.push_back(
                {row[0].text(), parseRole(row[1].text()).value_or(Role::Guest), row[2].boolean(), row[3].boolean()});
        return roles;
    });
}

std::vector<Group> RightsRepository::groups() const
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::map<std::int64_t, std::vector<UserId>> members;
        for (const auto& row : transaction.query("SELECT group_id, user_id FROM auth_group_members"))
            members[row[0].integer()].push_back(UserId{row[1].integer()});
        std::vector<Group> groups;
        for (const auto& row : transaction.query("SELECT id, name FROM auth_groups ORDER BY name"))
            groups.push_back({row[0].integer(), row[1].text(), members[row[0].integer()]});
        return groups;
    });
}

std::vector<Grant> RightsRepository::grants() const
{
    return database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        std::vector<Grant> grants;
        for (const auto& row :
             transaction.query("SELECT id, user_id, group_id, role, permission, object_kind, object_id, days, "
                               "from_minute, until_minute, valid_from, valid_until, created_by, created_at FROM "
                               "auth_grants ORDER BY id")) {
            Grant grant;
            grant.id = row[0].integer();
            grant.user = UserId{orZero(row[1])};
            grant.group = orZero(row[2]);
            grant.role = row[3].isNull() ? "" : row[3].text();
            grant.permission = row[4].text();
            const auto kind = parseObjectKind(row[5].text());
            if (!kind) continue; // of a later version; it grants nothing here
            grant.objectKind = *kind;
            grant.objectId = row[6].text();
            grant.window = {static_cast<unsigned>(row[7].integer()), static_cast<int>(row[8].integer()),
                            static_cast<int>(row[9].integer()), fromMicroseconds(row[10].integer()),
                            fromMicroseconds(row[11].integer())};
            grant.createdBy = UserId{row[12].integer()};
            grant.createdAt = fromMicroseconds(row[13].integer());
            grants.push_back(std::move(grant));
        }
        return grants;
    });
}

void RightsRepository::putRole(const SiteRole& role)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        const auto known = transaction.query("SELECT name FROM auth_roles WHERE name = ? FOR UPDATE", {role.name});
        if (known.empty())
            transaction.execute("INSERT INTO auth_roles (name, base, second_factor, own) VALUES (?, ?, ?, ?)",
                                {role.name, toString(role.base), role.secondFactor, role.own});
        else
            transaction.execute("UPDATE auth_roles SET base = ?, second_factor = ? WHERE name = ?",
                                {toString(role.base), role.secondFactor, role.name});
    });
}

bool RightsRepository::removeRole(const std::string& name)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        if (!transaction.query("SELECT id FROM users WHERE own_role = ? LIMIT 1 FOR UPDATE", {name}).empty())
            return false;
        return transaction.execute("DELETE FROM auth_roles WHERE name = ?", {name}) > 0;
    });
}

std::optional<Group> RightsRepository::createGroup(const std::string& name)
{
    try {
        return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) -> std::optional<Group> {
            transaction.execute("INSERT INTO auth_groups (name) VALUES (?)", {name});
            return Group{transaction.lastInsertId(), name, {}};
        });
    }
    catch (const StorageError& error) {
        if (isUnknown(error)) return std::nullopt;
        throw;
    }
}

bool RightsRepository::removeGroup(std::int64_t id)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        return transaction.execute("DELETE FROM auth_groups WHERE id = ?", {id}) > 0;
    });
}

bool RightsRepository::setMembers(std::int64_t group, const std::vector<UserId>& members)
{
    try {
        return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
            if (transaction.query("SELECT id FROM auth_groups WHERE id = ? FOR UPDATE", {group}).empty()) return false;
            transaction.execute("DELETE FROM auth_group_members WHERE group_id = ?", {group});
            for (const auto member : members)
                transaction.execute("INSERT INTO auth_group_members (group_id, user_id) VALUES (?, ?)",
                                    {group, member.value});
            return true;
        });
    }
    catch (const StorageError& error) {
        if (isUnknown(error)) return false;
        throw;
    }
}

std::optional<Grant> RightsRepository::createGrant(Grant grant)
{
    try {
        return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) -> std::optional<Grant> {
            transaction.execute(
                "INSERT INTO auth_grants (user_id, group_id, role, permission, object_kind, object_id, days, "
                "from_minute, until_minute, valid_from, valid_until, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, "
                "?, ?, ?, ?, ?, ?, ?)",
                {orNull(grant.user.value), orNull(grant.group), grant.role.empty() ? SqlValue() : SqlValue(grant.role),
                 grant.permission, toString(grant.objectKind), grant.objectId, grant.window.days,
                 grant.window.fromMinute, grant.window.untilMinute, toMicroseconds(grant.window.validFrom),
                 toMicroseconds(grant.window.validUntil), grant.createdBy.value, toMicroseconds(grant.createdAt)});
            auto created = grant;
            created.id = transaction.lastInsertId();
            return created;
        });
    }
    catch (const StorageError& error) {
        if (isUnknown(error)) return std::nullopt;
        throw;
    }
}

bool RightsRepository::removeGrant(std::int64_t id)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        return transaction.execute("DELETE FROM auth_grants WHERE id = ?", {id}) > 0;
    });
}

std::string RightsRepository::createGuestLink(UserId guest, UserId createdBy, UtcTime now, UtcTime expiresAt)
{
    const auto code = randomToken(18);
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute(
            "INSERT INTO auth_guest_links (user_id, code_hash, created_by, created_at, expires_at) VALUES (?, ?, ?, ?, "
            "?)",
            {guest.value, fingerprint(code), createdBy.value, toMicroseconds(now), toMicroseconds(expiresAt)});
    });
    return code;
}

std::optional<UserId> RightsRepository::guestOf(std::string_view code, UtcTime now) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) -> std::optional<UserId> {
        const auto rows =
            transaction.query("SELECT user_id FROM auth_guest_links WHERE code_hash = ? AND expires_at > ?",
                              {fingerprint(code), toMicroseconds(now)});
        if (rows.empty()) return std::nullopt;
        return UserId{rows[0][0].integer()};
    });
}

std::vector<RightsRepository::GuestLink> RightsRepository::guestLinks(UtcTime now) const
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        std::vector<GuestLink> links;
        for (const auto& row : transaction.query("SELECT id, user_id, created_at, expires_at FROM auth_guest_links "
                                                 "WHERE expires_at > ? ORDER BY id DESC",
                                                 {toMicroseconds(now)}))
            links.push_back({row[0].integer(), UserId{row[1].integer()}, fromMicroseconds(row[2].integer()),
                             fromMicroseconds(row[3].integer())});
        return links;
    });
}

} // namespace atrium::auth
