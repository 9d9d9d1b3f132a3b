#include "json_web_key.h"

#include "base64.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>

namespace atrium::auth {

namespace {

constexpr std::size_t leastModulusBytes = 256; // 2048 bits
constexpr std::size_t mostModulusBytes = 1024; // a larger one would cost seconds
constexpr std::size_t mostExponentBytes = 8;
constexpr std::size_t coordinateBytes = 32;

template <class T, void (*release)(T*)>
struct Release {
    void operator()(T* object) const { release(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY, EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Release<BIGNUM, BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM, OSSL_PARAM_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX, EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG, ECDSA_SIG_free>>;

const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Number numberOf(std::string_view bytes)
{
    return Number(BN_bin2bn(bytesOf(bytes), static_cast<int>(bytes.size()), nullptr));
}

Key publicKey(const char* kind, const Builder& builder)
{
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    return Key(key);
}

Key rsaKey(const Value& jwk)
{
    const auto modulus = fromBase64Url(jwk.textOr("n", "")), exponent = fromBase64Url(jwk.textOr("e", ""));
    if (!modulus || !exponent || modulus->size() < leastModulusBytes || modulus->size() > mostModulusBytes ||
        exponent->size() > mostExponentBytes)
        return nullptr;
    const auto n = numberOf(*modulus), e = numberOf(*exponent);
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!builder || !OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) ||
        !OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()))
        return nullptr;
    return publicKey("RSA", builder);
}

Key ellipticKey(const Value& jwk)
{
    const auto x = fromBase64Url(jwk.textOr("x", "")), y = fromBase64Url(jwk.textOr("y", ""));
    if (jwk.textOr("crv", "") != "P-256" || !x || !y || x->size() != coordinateBytes || y->size() != coordinateBytes)
        return nullptr;
    const auto point = '\x04' + *x + *y; // uncompressed (SEC 1 §2.3.3); OpenSSL refuses what is not on the curve
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!builder || !OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) ||
        !OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()))
        return nullptr;
    return publicKey("EC", builder);
}

/// JOSE writes the two numbers one after the other, OpenSSL reads them as DER. Empty when they are malformed.
std::string derOf(std::string_view signature)
{
    if (signature.size() != 2 * coordinateBytes) return {};
    const Signature numbers(ECDSA_SIG_new());
    auto r = numberOf(signature.substr(0, coordinateBytes)), s = numberOf(signature.substr(coordinateBytes));
    if (!numbers || ECDSA_SIG_set0(numbers.get(), r.get(), s.get()) != 1) return {};
    static_cast<void>(r.release()); // set0 took them
    static_cast<void>(s.release());
    unsigned char* bytes = nullptr;
    const int size = i2d_ECDSA_SIG(numbers.get(), &bytes);
    if (size <= 0) return {};
    const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(
        bytes, [](unsigned char* memory) { OPENSSL_free(memory); });
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

bool verifies(EVP_PKEY* key, std::string_view text, std::string_view signature)
{
    const Digest digest(EVP_MD_CTX_new());
    return digest && EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
           EVP_DigestVerify(digest.get(), bytesOf(signature), signature.size(), bytesOf(text), text.size()) == 1;
}

} // namespace

bool isSignedBy(const Value& jwk, std::string_view algorithm, std::string_view text, std::string_view signature)
{
    // A key says what it is for; the token alone must not decide how it is read (RFC 8725 §3.1).
    if (!jwk.isObject() || jwk.textOr("use", "sig") != "sig" || jwk.textOr("alg", std::string(algorithm)) != algorithm)
        return false;
    const auto kind = jwk.textOr("kty", "");
    bool isRight = false;
    if (algorithm == "RS256" && kind == "RSA") {
        if (const auto key = rsaKey(jwk)) isRight = verifies(key.get(), text, signature);
    }
    else if (algorithm == "ES256" && kind == "EC") {
        const auto der = derOf(signature);
        if (const auto key = der.empty() ? nullptr : ellipticKey(jwk)) isRight = verifies(key.get(), text, der);
    }
    ERR_clear_error(); // what is left would fail the next connection of this thread
    return isRight;
}

} // namespace atrium::auth
