#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/SMTPClientSession.h>

#include <stdexcept>
#include <string>

namespace atrium::notify {

/// The mail server answered that it will not. `what()` names the step and the codes of the answer, not its text, which
/// can repeat addresses and credentials.
class SmtpRefusal : public std::runtime_error {
public:
    SmtpRefusal(const std::string& step, int status, const std::string& response);
    int status() const { return status_; }
    bool isPermanent() const { return status_ / 100 == 5; }

private:
    int status_;
};

/// One dialogue with a mail server (RFC 5321) over a socket that is connected. POCO's session speaks it; this adds what
/// POCO does without checks. Everything throws SmtpRefusal or Poco::Exception. Thread: one.
class SmtpSession : public Poco::Net::SMTPClientSession {
public:
    using SMTPClientSession::SMTPClientSession;

    /// EHLO; returns what the server can do, one line each.
    std::string greet();
    /// Goes over to TLS (RFC 3207) and says what the server can do now. A server that offers no STARTTLS or refuses it
    /// is a failure: there is no way back to plain. The certificate must be that of `host`.
    std::string startTls(const std::string& capabilities, const std::string& host,
                         const Poco::Net::Context::Ptr& context);
    /// AUTH PLAIN or LOGIN (RFC 4954), whichever is offered.
    void authenticate(const std::string& capabilities, const std::string& user, const std::string& password);
    /// Sends one message with CRLF lines to one address.
    void transmit(const std::string& from, const std::string& to, const std::string& message);

private:
    void expect(int wanted, const std::string& step, const std::string& command);
};

} // namespace atrium::notify
