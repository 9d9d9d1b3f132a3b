#pragma once

#include "support/child_process.h"
#include "support/temp_folder.h"
#include "support/test_certificates.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace atrium::testing {

/// A mail that an SmtpServer took.
struct ReceivedMail {
    std::string from; ///< of the envelope, as all above `message`
    std::string to;
    bool secure = false;
    std::string user;
    std::string password;
    std::string message; ///< headers and body, lines end in LF

    /// The value of a header, unfolded, as it was sent.
    std::string header(const std::string& name) const;
    /// All parts decoded from Base64, one after the other.
    std::string text() const;
};

/// An SMTP server in a process of its own on the loopback. Thread: one.
class SmtpServer {
public:
    enum class Protection { None, StartTls, Tls };

    explicit SmtpServer(Protection protection = Protection::None);

    int port() const { return port_; }
    /// The authority that signed its certificate for `localhost` (not for 127.0.0.1).
    std::string authorityFile() const;
    /// How connections from now on are treated: `accept`, `close`, `unavailable` (421), `stall` (never answers),
    /// `no-starttls`, `refuse-starttls`, `inject` (forged answers behind that to STARTTLS), `login-only` (no AUTH
    /// PLAIN), `refuse-login`, `refuse-recipient` (550), `later` (451), `refuse-message` (554), `close-in-message`,
    /// `close-after-message` (takes it and says nothing).
    void behave(const std::string& mode);
    void stop() { process_.reset(); }
    /// After stop(), on the same port.
    void start();

    std::vector<ReceivedMail> mails() const;
    /// Waits for the mail with this number, from 0. Throws after `patience`.
    ReceivedMail waitForMail(std::size_t index = 0, std::chrono::milliseconds patience = std::chrono::seconds{5}) const;

private:
    const Protection protection_;
    TempFolder folder_;
    int port_;
    std::unique_ptr<TestCertificates> certificates_;
    std::unique_ptr<ChildProcess> process_;
};

} // namespace atrium::testing
