#include "token_signer.h"

#include <Poco/Base64Encoder.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <sstream>
#include <stdexcept>
#include <vector>

namespace atrium::testing {

namespace {

const unsigned char* bytesOf(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string number(const EVP_PKEY* key, const char* name, std::size_t size = 0)
{
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &value) != 1) throw std::runtime_error("no such number in the key");
    std::vector<unsigned char> bytes(size != 0 ? size : static_cast<std::size_t>(BN_num_bytes(value)));
    BN_bn2binpad(value, bytes.data(), static_cast<int>(bytes.size()));
    BN_free(value);
    return {bytes.begin(), bytes.end()};
}

std::string signature(EVP_PKEY* key, const std::string& text)
{
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::size_t size = 0;
    if (EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestSign(digest.get(), nullptr, &size, bytesOf(text), text.size()) != 1)
        throw std::runtime_error("cannot sign");
    std::vector<unsigned char> bytes(size);
    if (EVP_DigestSign(digest.get(), bytes.data(), &size, bytesOf(text), text.size()) != 1)
        throw std::runtime_error("cannot sign");
    return {bytes.begin(), bytes.begin() + static_cast<long>(size)};
}

/// r and s one after the other (RFC 7518 §3.4).
std::string rawSignature(EVP_PKEY* key, const std::string& text)
{
    const auto der = signature(key, text);
    const auto* at = bytesOf(der);
    ECDSA_SIG* numbers = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    std::vector<unsigned char> bytes(64);
    BN_bn2binpad(ECDSA_SIG_get0_r(numbers), bytes.data(), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(numbers), bytes.data() + 32, 32);
    ECDSA_SIG_free(numbers);
    return {bytes.begin(), bytes.end()};
}

} // namespace

std::string base64Url(const std::string& bytes)
{
    std::ostringstream text;
    Poco::Base64Encoder encoder(text, Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING);
    encoder.rdbuf()->setLineLength(0);
    encoder << bytes;
    encoder.close();
    return text.str();
}

std::string sha256(const std::string& bytes)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(bytesOf(bytes), bytes.size(), digest);
    return {reinterpret_cast<char*>(digest), sizeof digest};
}

TokenSigner::TokenSigner()
    : rsa_(EVP_RSA_gen(2048), EVP_PKEY_free), elliptic_(EVP_EC_gen("P-256"), EVP_PKEY_free),
      foreign_(EVP_RSA_gen(2048), EVP_PKEY_free)
{}

std::string TokenSigner::keySet() const
{
    return R"({"keys":[{"kty":"oct","kid":"odd","k":"AAAA"},{"kty":"RSA","kid":"rsa","use":"sig","alg":"RS256","n":")" +
           base64Url(number(rsa_.get(), OSSL_PKEY_PARAM_RSA_N)) + R"(","e":")" +
           base64Url(number(rsa_.get(), OSSL_PKEY_PARAM_RSA_E)) + R"("},{"kty":"EC","kid":"ec","crv":"P-256","x":")" +
           base64Url(number(elliptic_.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32)) + R"(","y":")" +
           base64Url(number(elliptic_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32)) + R"("}]})";
}

std::string TokenSigner::sign(const std::string& claims, Key key) const
{
    const auto text = [&](const char* header) { return base64Url(header) + '.' + base64Url(claims); };
    switch (key) {
    case Key::Nothing: return text(R"({"alg":"none","kid":"rsa"})") + '.';
    case Key::Elliptic: {
        const auto content = text(R"({"alg":"ES256","kid":"ec"})");
        return content + '.' + base64Url(rawSignature(elliptic_.get(), content));
    }
    case Key::PublicAsSecret: {
        const auto content = text(R"({"alg":"HS256","kid":"rsa"})");
        const auto secret = number(rsa_.get(), OSSL_PKEY_PARAM_RSA_N);
        unsigned char mac[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytesOf(content), content.size(), mac,
             &size);
        return content + '.' + base64Url({reinterpret_cast<char*>(mac), size});
    }
    default: {
        const auto content = text(R"({"alg":"RS256","kid":"rsa"})");
        return content + '.' + base64Url(signature(key == Key::Foreign ? foreign_.get() : rsa_.get(), content));
    }
    }
}

} // namespace atrium::testing
