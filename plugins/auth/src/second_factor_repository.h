#pragma once

#include "atrium/database.h"
#include "atrium/ids.h"
#include "atrium/time.h"

#include <optional>
#include <string>
#include <vector>

namespace atrium::auth {

/// How an account proves itself beside its password.
struct SecondFactor {
    std::string totpSecret; ///< raw; empty = none
    bool totpConfirmed = false;
    std::int64_t lastStep = 0; ///< the last time step that was accepted
    bool byMail = false;
    std::int64_t recoveryCodes = 0; ///< that are left

    bool hasTotp() const { return totpConfirmed && !totpSecret.empty(); }
    bool isOn() const { return hasTotp() || byMail; }
};

/// A device that was remembered: it skips the second factor, or signs in by its number alone.
struct RememberedDevice {
    enum class Purpose { SecondFactor, Login };
    std::int64_t id = 0;
    std::string name;
    UtcTime createdAt{};
    UtcTime expiresAt{};
};

/// All SQL of second factors and remembered devices. TOTP secrets are sealed, recovery codes are MACs. Thread: any that
/// may block. Throws StorageError.
class SecondFactorRepository {
public:
    explicit SecondFactorRepository(Database& database) : database_(database) {}
    /// 32 bytes; before anything else.
    void use(std::string key) { key_ = std::move(key); }

    SecondFactor find(UserId user) const;
    /// A new secret that counts once it is confirmed; an older one stays until then. Durable.
    void proposeTotp(UserId user, const std::string& secret);
    /// Whether `code` is right and was never used; the first right one confirms the secret. Durable, one transaction.
    bool takeTotp(UserId user, std::string_view code, UtcTime now);
    /// Durable.
    void setByMail(UserId user);
    /// Forgets everything: factors, recovery codes, remembered devices. Durable.
    void reset(UserId user);
    /// New codes, shown once; older ones are void. Durable.
    std::vector<std::string> makeRecoveryCodes(UserId user);
    /// Whether `code` is one of them; then it is used up. Durable.
    bool takeRecoveryCode(UserId user, std::string_view code);

    /// Durable.
    void remember(UserId user, RememberedDevice::Purpose purpose, std::string_view token, const std::string& name,
                  UtcTime now, UtcTime expiresAt);
    /// The account that a token was remembered for.
    std::optional<UserId> ownerOf(RememberedDevice::Purpose purpose, std::string_view token, UtcTime now) const;
    std::vector<RememberedDevice> devicesOf(UserId user, UtcTime now) const;
    /// Durable.
    bool forget(UserId user, std::int64_t device);
    /// All of them, after a change of the password. Durable.
    void forgetDevices(UserId user);
    void deleteExpired(UtcTime now);

private:
    std::string macOf(UserId user, std::string_view code) const;

    Database& database_;
    std::string key_;
};

} // namespace atrium::auth
