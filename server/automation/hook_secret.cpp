#include "automation/hook_secret.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace atrium::automation {

std::string newHookSecret()
{
    constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char random[43];
    if (RAND_bytes(random, sizeof random) != 1) throw std::runtime_error("no random numbers");
    std::string secret;
    for (const auto byte : random) secret += letters[byte & 63];
    return secret;
}

bool isSecret(std::string_view given, std::string_view secret)
{
    return !secret.empty() && given.size() == secret.size() &&
           CRYPTO_memcmp(given.data(), secret.data(), secret.size()) == 0;
}

bool isSignature(std::string_view signature, std::string_view body, std::string_view secret)
{
    unsigned char code[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (secret.empty() || !HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                                reinterpret_cast<const unsigned char*>(body.data()), body.size(), code, &length))
        return false;
    constexpr char digits[] = "0123456789abcdef";
    std::string expected = "sha256=";
    for (unsigned i = 0; i < length; ++i) {
        expected += digits[code[i] >> 4];
        expected += digits[code[i] & 15];
    }
    return isSecret(signature, expected);
}

} // namespace atrium::automation
