#pragma once

#include "atrium/auth.h"
#include "atrium/ids.h"
#include "atrium/result.h"
#include "atrium/time.h"
#include "atrium/value.h"
#include "password_policy.h"

#include <optional>
#include <string>
#include <string_view>

namespace atrium::auth {

/// The names of a person in the words of all clients (contracts.md §1); none is ever missing.
struct PersonName {
    std::string name; ///< what is shown
    std::string username;
    std::string fname;
    std::string lname; ///< may be empty
};

/// The password hash of an account that no password opens: guests, people of an identity provider.
inline constexpr const char* noPassword = "!";

struct Account {
    UserId id;
    std::string email;
    PersonName name;
    std::string phone;
    Role role = Role::User;
    std::string ownRole; ///< a role that the site made; empty = `role` alone
    bool active = true;
    bool confirmed = true;      ///< the address was confirmed, or need not be
    bool emailVerified = false; ///< somebody proved to read the mail of the address
    UtcTime expiresAt{};        ///< guests; epoch = never
    std::int64_t balance = 0;   ///< minor units
    std::string promotion;
    std::string avatarUrl; ///< empty = made from the name
    bool twoFactorEnabled = false;
    std::string passwordHash;
    UtcTime createdAt{};

    /// Whether somebody may sign in with it now.
    bool isUsable(UtcTime now) const { return active && confirmed && (expiresAt == UtcTime{} || expiresAt > now); }
    bool isAdministrator() const { return role >= Role::Admin && ownRole.empty(); }
};

/// What a person sent to make an account, checked.
struct Registration {
    std::string email;
    std::string password;
    PersonName name;
    std::string phone;
    std::string promotion;
    std::string avatarUrl;
};

/// What a person wants to change about themselves; what is empty stays.
struct ProfileChange {
    std::optional<std::string> email;
    std::optional<PersonName> name;
    std::optional<std::string> phone;
    std::optional<std::string> promotion;
};

/// How addresses are compared: without case (ASCII letters) and surrounding blank space.
std::string emailKey(std::string_view email);
/// One `@`, a domain with a dot or `localhost`, no blank space or control characters, at most 190 bytes.
bool isEmail(std::string_view text);

/// Names from any client's shape: `name`, `username`, `fname`+`lname`, `firstName`+`lastName`,
/// `first_name`+`last_name`. Empty when the body names nobody.
std::optional<PersonName> nameFrom(const Value& body);

/// Checks the body of a registration; all that is wrong is said at once: "Email invalide, Le nom est requis".
Result<Registration> readRegistration(const Value& body, const PasswordPolicy& passwords);
Result<ProfileChange> readProfileChange(const Value& body, const Account& current);

/// Whether a body is of the shape whose clients know how to confirm an address: `fname` and `lname`.
bool hasSplitName(const Value& body);

/// The user as every client reads it: the superset of contracts.md §1, with e-mail, phone and balance.
Object toJsonObject(const Account& account);
/// What other people may know: no e-mail, phone, balance or role.
Object toPublicJson(const Account& account);
/// The picture of an account that has none: initials on a colour, as a data URL.
std::string defaultAvatar(const Account& account);

} // namespace atrium::auth
