#pragma once

#include "atrium/result.h"
#include "atrium/value.h"

#include <string>

namespace atrium {

/// A message to one person, made from a template in that person's language.
struct Mail {
    std::string to;       ///< address, RFC 5321 mailbox
    std::string locale;   ///< `fr` or `en`; anything else is read as `fr`
    std::string subject;  ///< one line of UTF-8, in that language
    std::string text;     ///< plain text, UTF-8
    std::string html;     ///< empty = text only
    std::string category; ///< for metrics and limits, e.g. `auth.confirm`; never shown
    /// Of what asks again after a crash, such as AutomationCall::idempotencyKey: the same address gets one mail under
    /// it. The last 20,000 are known. Empty = each mail is another.
    std::string key{};
};

/// Sends mail over the configured SMTP server; provided by the plugin `notify`.
class Mailer {
public:
    static constexpr const char* serviceName = "mailer/1";
    virtual ~Mailer() = default;

    /// Whether an SMTP server is configured. Thread: any.
    virtual bool isConfigured() const = 0;

    /// Puts a mail into the durable outbox; from then on it is tried until it is taken or its patience (a setting, one
    /// day) ends. The text never reaches a log. Errors: Unavailable (no SMTP server configured), InvalidArgument
    /// (address), TooManyRequests (outbox full). Thread: any that may block.
    virtual Result<void> send(Mail mail) = 0;
};

} // namespace atrium
