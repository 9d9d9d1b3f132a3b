#include "password_hash.h"

#include "base64.h"
#include "secret.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <cctype>
#include <memory>
#include <stdexcept>

namespace atrium::auth {

namespace {

constexpr std::string_view scheme = "hmac:";
constexpr std::size_t bcryptLength = 60;

/// `$2a$NN$` or `$2b$NN$` and 53 more characters; anything else might mean another algorithm to crypt (two letters
/// select DES).
bool isBcrypt(std::string_view text)
{
    return text.size() == bcryptLength && text[0] == '$' && text[1] == '2' && (text[2] == 'a' || text[2] == 'b') &&
           text[3] == '$' && std::isdigit(static_cast<unsigned char>(text[4])) &&
           std::isdigit(static_cast<unsigned char>(text[5])) && text[6] == '$';
}

std::string prefixFor(int cost) { return std::string("$2b$") + (cost < 10 ? "0" : "") + std::to_string(cost) + "$"; }

/// Empty on failure. `phrase` holds no NUL.
std::string bcrypt(const std::string& phrase, const std::string& setting)
{
    // 32 KiB that must be zero at first; on the heap, because threads may have small stacks.
    const auto data = std::make_unique<crypt_data>();
    const char* result = ::crypt_rn(phrase.c_str(), setting.c_str(), data.get(), sizeof(crypt_data));
    std::string hash = result ? result : "";
    OPENSSL_cleanse(data.get(), sizeof(crypt_data));
    return isBcrypt(hash) ? hash : std::string();
}

} // namespace

PasswordHash::PasswordHash(std::string pepper, int cost) : PasswordHash(cost) { use(std::move(pepper)); }

PasswordHash::PasswordHash(int cost) : cost_(cost)
{
    if (cost < 4 || cost > 15) throw std::invalid_argument("bcrypt cost must be 4 to 15");
}

std::string PasswordHash::prepared(std::string_view password) const
{
    if (pepper_.empty()) throw std::logic_error("passwords have no pepper yet");
    return toBase64Url(hmacSha256(pepper_, password));
}

std::string PasswordHash::hash(std::string_view password) const
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    if (!::crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost_), nullptr, 0, setting, sizeof setting))
        throw std::runtime_error("bcrypt is not available");
    const auto hash = bcrypt(prepared(password), setting);
    if (hash.empty()) throw std::runtime_error("bcrypt failed");
    return std::string(scheme) + hash;
}

bool PasswordHash::verify(std::string_view password, std::string_view stored) const
{
    const bool isOurs = stored.substr(0, scheme.size()) == scheme;
    const std::string expected(isOurs ? stored.substr(scheme.size()) : stored);
    if (!isBcrypt(expected)) {
        pretendToVerify(password); // an account without a password takes as long as any
        return false;
    }
    // An older back-end cut the password at NUL; nobody may log in with less than was typed.
    if (!isOurs && password.find('\0') != std::string_view::npos) return false;
    const auto hash = bcrypt(isOurs ? prepared(password) : std::string(password), expected);
    return !hash.empty() && equalInConstantTime(hash, expected);
}

void PasswordHash::pretendToVerify(std::string_view password) const
{
    bcrypt(prepared(password), prefixFor(cost_) + "abcdefghijklmnopqrstuu");
}

bool PasswordHash::isOutdated(std::string_view stored) const
{
    return stored.substr(0, scheme.size()) != scheme || stored.substr(scheme.size(), 7) != prefixFor(cost_);
}

} // namespace atrium::auth
