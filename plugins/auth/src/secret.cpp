#include "secret.h"

#include "base64.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <memory>
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

std::string randomToken(std::size_t bytes)
{
    std::string random(bytes, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(bytes)) != 1)
        throw std::runtime_error("no random numbers are available");
    return toBase64Url(random);
}

std::string randomDigits(std::size_t count)
{
    std::string digits;
    while (digits.size() < count) {
        unsigned char byte = 0;
        if (RAND_bytes(&byte, 1) != 1) throw std::runtime_error("no random numbers are available");
        if (byte < 250) digits += static_cast<char>('0' + byte % 10); // the rest would favour small digits
    }
    return digits;
}

std::string fingerprint(std::string_view token)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest);
    return toBase64Url({reinterpret_cast<const char*>(digest), sizeof digest});
}

namespace {

constexpr int nonceBytes = 12;
constexpr int tagBytes = 16;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* bytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

} // namespace

std::string seal(std::string_view key, std::string_view plain)
{
    if (key.size() != secretBytes) throw std::invalid_argument("a sealing key has 32 bytes");
    std::string nonce(nonceBytes, '\0'), cipher(plain.size(), '\0'), tag(tagBytes, '\0');
    const CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    int size = 0;
    const bool done =
        context && RAND_bytes(bytesOf(nonce), nonceBytes) == 1 &&
        EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytesOf(key), bytesOf(nonce)) == 1 &&
        EVP_EncryptUpdate(context.get(), bytesOf(cipher), &size, bytesOf(plain), static_cast<int>(plain.size())) == 1 &&
        EVP_EncryptFinal_ex(context.get(), bytesOf(tag), &size) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tagBytes, bytesOf(tag)) == 1;
    if (!done) throw std::runtime_error("AES-256-GCM is not available");
    return toBase64Url(nonce + tag + cipher);
}

std::optional<std::string> unseal(std::string_view key, std::string_view sealed)
{
    auto bytes = fromBase64Url(sealed);
    if (!bytes || bytes->size() < nonceBytes + tagBytes || key.size() != secretBytes) return std::nullopt;
    const std::string_view all(*bytes);
    std::string tag(all.substr(nonceBytes, tagBytes));
    const auto cipher = all.substr(nonceBytes + tagBytes);
    std::string plain(cipher.size() + tagBytes, '\0');
    const CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    int size = 0, rest = 0;
    const bool done =
        context && EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytesOf(key), bytesOf(all)) == 1 &&
        EVP_DecryptUpdate(context.get(), bytesOf(plain), &size, bytesOf(cipher), static_cast<int>(cipher.size())) ==
            1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tagBytes, bytesOf(tag)) == 1 &&
        EVP_DecryptFinal_ex(context.get(), bytesOf(plain) + size, &rest) == 1;
    if (!done) return std::nullopt;
    plain.resize(cipher.size());
    return plain;
}

} // namespace atrium::auth
