#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>

namespace atrium::testing {

/// RFC 4648 §5 without padding.
std::string base64Url(const std::string& bytes);
std::string sha256(const std::string& bytes);

/// Keys made for one run, and what they sign. A program of its own on purpose: it shares nothing with what it tests.
class TokenSigner {
public:
    TokenSigner();

    /// The public keys as a JWK set.
    std::string keySet() const;
    enum class Key {
        Rsa,
        Elliptic,
        Foreign,        ///< an RSA key that is not in the set, under the name of the one that is
        PublicAsSecret, ///< HS256 with the public key as secret
        Nothing,        ///< `none`
    };
    std::string sign(const std::string& claims, Key key) const;

private:
    using Pair = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
    Pair rsa_, elliptic_, foreign_;
};

} // namespace atrium::testing
