#pragma once

#include <string>
#include <string_view>

namespace atrium::auth {

/// Hashes passwords: base64(HMAC-SHA256(pepper, password)) into bcrypt `$2b$`, so that every byte of a long password
/// counts and NUL does not end it (bcrypt alone takes 72 bytes; OWASP ASVS 6.2.8). Stored as `hmac:$2b$12$...`. Plain
/// `$2a$` and `$2b$` hashes of older back-ends verify too. Takes about 0.2 s of a core at cost 12.
/// Thread: any that may work for so long.
class PasswordHash {
public:
    /// `cost` from 4 (tests) to 15. The pepper comes with use().
    explicit PasswordHash(int cost);
    PasswordHash(std::string pepper, int cost);

    /// Sets the pepper; before any other thread hashes.
    void use(std::string pepper) { pepper_ = std::move(pepper); }

    /// Throws std::runtime_error when the system has no bcrypt or no random numbers.
    std::string hash(std::string_view password) const;
    bool verify(std::string_view password, std::string_view stored) const;
    /// Takes as long as verify() does; for accounts that do not exist.
    void pretendToVerify(std::string_view password) const;
    /// Whether a hash that verified should be replaced: another scheme or another cost.
    bool isOutdated(std::string_view stored) const;

private:
    std::string prepared(std::string_view password) const;

    std::string pepper_;
    const int cost_;
};

} // namespace atrium::auth
