#include "secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace atrium::auth {

namespace {

constexpr std::size_t minSettingBytes = 32;
constexpr std::size_t secretBytes = 32;

std::string randomHex()
{
    unsigned char bytes[secretBytes];
    if (RAND_bytes(bytes, sizeof bytes) != 1) throw std::runtime_error("no random numbers are available");
    constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (const auto byte : bytes) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    OPENSSL_cleanse(bytes, sizeof bytes);
    return hex;
}

/// Written beside and renamed: a crash leaves no half secret under the name.
void writePrivate(const std::filesystem::path& file, const std::string& content)
{
    const auto temporary = file.string() + ".new";
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) throw std::runtime_error("cannot make " + temporary);
    const bool written = ::fchmod(descriptor, 0600) == 0 &&
                         ::write(descriptor, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
                         ::fsync(descriptor) == 0;
    ::close(descriptor);
    if (!written || ::rename(temporary.c_str(), file.c_str()) != 0)
        throw std::runtime_error("cannot write " + file.string());
}

} // namespace

std::string loadSecret(std::string_view setting, const std::filesystem::path& file)
{
    if (!setting.empty()) {
        if (setting.size() < minSettingBytes)
            throw std::runtime_error("a secret in the settings must have at least 32 characters");
        return std::string(setting);
    }
    if (!std::filesystem::exists(file)) writePrivate(file, randomHex());
    std::ifstream stream(file, std::ios::binary);
    std::string secret;
    std::getline(stream, secret);
    if (secret.size() < minSettingBytes) throw std::runtime_error(file.string() + " does not hold a secret");
    return secret;
}

std::string hmacSha256(std::string_view key, std::string_view message)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
              reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest, &size))
        throw std::runtime_error("HMAC-SHA256 is not available");
    return {reinterpret_cast<const char*>(digest), size};
}

bool equalInConstantTime(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace atrium::auth
