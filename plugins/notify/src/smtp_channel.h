#pragma once

#include "delivery.h"
#include "mail_text.h"

#include "atrium/outgoing/connection.h"

#include <chrono>
#include <string>

namespace atrium::notify {

enum class SmtpProtection { StartTls, Tls, None };

struct SmtpOptions {
    std::string host;
    int port = 587;
    SmtpProtection protection = SmtpProtection::StartTls;
    std::string authorityFile; ///< empty = the system's
    std::string user;          ///< empty = no login
    std::string password;
    Mailbox from;
    std::chrono::milliseconds patience{20'000}; ///< for each answer of the server
    std::chrono::milliseconds limit{60'000};    ///< for a whole mail
};

/// Hands mails to an SMTP server, one connection each. The content of a delivery is that of encodeMail().
class SmtpChannel : public Channel {
public:
    explicit SmtpChannel(SmtpOptions options) : options_(std::move(options)) {}

    Outcome deliver(const Delivery& delivery) override;
    void abort() override { connection_.abort(); }

private:
    Outcome transmit(const Delivery& delivery, const Mail& mail);

    const SmtpOptions options_;
    outgoing::Connection connection_;
};

/// A mail as content of a delivery, and back; the recipient stands beside it.
std::string encodeMail(const Mail& mail);
Result<Mail> decodeMail(const Delivery& delivery);

} // namespace atrium::notify
