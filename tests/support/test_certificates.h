#pragma once

#include "support/temp_folder.h"

#include <string>

namespace atrium::testing {

/// A certificate authority made for one test with the openssl program, and what it signs. Keys are of P-256, valid for
/// a day.
class TestCertificates {
public:
    struct Certificate {
        std::string certificateFile;
        std::string keyFile;
    };

    /// Throws std::runtime_error when openssl fails.
    TestCertificates();

    std::string authorityFile() const { return (folder_.path() / "ca.pem").string(); }
    /// A certificate for a host name (or the name of a client).
    Certificate issue(const std::string& name) const;

private:
    void openssl(const std::string& arguments) const;
    TempFolder folder_;
};

} // namespace atrium::testing
