#pragma once

#include "account.h"
#include "atrium/services/mailer.h"

namespace atrium::auth {

/// The mails of accounts, in the language of who asked. Pure.
namespace letters {

Mail confirmation(const Account& account, const std::string& code, Language language);
/// To the owner of an address with which somebody else tries to register.
Mail alreadyRegistered(const Account& account, Language language);
Mail passwordReset(const Account& account, const std::string& code, Language language);
Mail secondFactor(const Account& account, const std::string& code, Language language);
/// Tells that the password was changed.
Mail passwordChanged(const Account& account, Language language);
/// To the address that the account had.
Mail addressChanged(const Account& before, Language language);

} // namespace letters
} // namespace atrium::auth
