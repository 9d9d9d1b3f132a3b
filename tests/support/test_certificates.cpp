#include "support/test_certificates.h"

#include "support/child_process.h"

#include <stdexcept>

namespace atrium::testing {

namespace {
constexpr const char* newKey = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
}

TestCertificates::TestCertificates()
{
    openssl("req -x509 -days 1 -subj /CN=test-authority -keyout ca.key -out ca.pem" + std::string(newKey));
}

TestCertificates::Certificate TestCertificates::issue(const std::string& name) const
{
    folder_.write(name + ".ext", "subjectAltName=DNS:" + name + "\n");
    openssl("req -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".csr" + newKey);
    openssl("x509 -req -days 1 -CA ca.pem -CAkey ca.key -CAcreateserial -in " + name + ".csr -out " + name +
            ".pem -extfile " + name + ".ext");
    return {(folder_.path() / (name + ".pem")).string(), (folder_.path() / (name + ".key")).string()};
}

void TestCertificates::openssl(const std::string& arguments) const
{
    // Files are named relative to the folder: openssl runs in it.
    ChildProcess process({"sh", "-c", "cd " + folder_.str() + " && exec openssl " + arguments},
                         folder_.str() + "/openssl.log");
    if (process.wait(std::chrono::seconds{20}) != 0) throw std::runtime_error("openssl failed: " + arguments);
}

} // namespace atrium::testing
