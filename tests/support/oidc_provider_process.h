#pragma once

#include "support/child_process.h"
#include "support/temp_folder.h"
#include "support/test_certificates.h"

#include <memory>
#include <string>

namespace atrium::testing {

/// An OpenID provider in a process of its own on the loopback, and the browser that goes there. It refuses every
/// request that is not exactly as the standards and its registration say. Thread: one.
class OidcProviderProcess {
public:
    enum class Protection { None, Tls };
    static constexpr const char* clientId = "atrium";
    static constexpr const char* clientSecret = "s3cret &+:%";
    static constexpr const char* redirectUri = "http://localhost:5000/oidc";

    explicit OidcProviderProcess(Protection protection = Protection::None);

    std::string issuer() const;
    /// The authority that signed its certificate.
    std::string authorityFile() const { return certificates_ ? certificates_->authorityFile() : ""; }
    /// How it answers from now on: empty (well), or one of
    /// - discovery: `away`, `huge`, `another-issuer`, `plain-keys` (http for the keys), `post` (client_secret_post);
    /// - token endpoint: `stall`, `redirects`;
    /// - ID token: `es256`, `audience-and-party` (good ones); `wrong-issuer`, `wrong-audience`, `two-audiences`,
    ///   `silent-audiences`, `wrong-nonce`, `no-nonce`, `future`, `expired`, `endless`, `not-yet`, `none`, `hs256`,
    ///   `foreign-key`, `cut-signature`, `extra-part`, `padded`;
    /// - `userinfo` (the e-mail address is there alone), `userinfo-of-another`.
    void behave(const std::string& mode) { folder_.write("mode", mode + "\n"); }
    /// Who signs in, as members of a JSON object.
    void setPerson(const std::string& members) { folder_.write("person", members + "\n"); }

    /// What the provider sent the browser back with; `error` when it refused.
    struct Return {
        std::string code, state, issuer, error;
    };
    /// The browser goes to the address that the server gave it.
    Return visit(const std::string& url) const;

private:
    const Protection protection_;
    TempFolder folder_;
    int port_;
    std::unique_ptr<TestCertificates> certificates_;
    std::unique_ptr<ChildProcess> process_;
};

} // namespace atrium::testing
