#pragma once

#include "atrium/result.h"
#include "atrium/services/mailer.h"
#include "atrium/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace atrium::notify {

/// `Atrium <atrium@example.org>` or `atrium@example.org`.
struct Mailbox {
    std::string name; ///< UTF-8; may be empty
    std::string address;
};

/// Reads a sender; empty when it is none.
std::optional<Mailbox> parseMailbox(std::string_view text);

/// Whether `text` is one address that can be put into an SMTP command and a header as it is: ASCII, `local@domain`
/// (RFC 5321 §4.1.2 without quoted forms), at most 254 bytes.
bool isMailAddress(std::string_view text);

/// Refuses what must not become a message: no address, a subject of several lines (an injected header), text that is no
/// clean UTF-8.
Result<void> checkMail(const Mail& mail);

/// What a message needs beside its content.
struct MailFrame {
    Mailbox from;
    std::string messageId; ///< without `<>`; stays the same when a mail is sent again, so that receivers can see it
    UtcTime date{};
};

/// The message (RFC 5322, RFC 2045) with CRLF lines; text is Base64, so that no server changes it. `mail` was checked.
std::string toMessageText(const Mail& mail, const MailFrame& frame);

/// A header value as words of RFC 2047 when it is not plain ASCII, folded at 75 bytes, never within a letter.
std::string encodeHeaderText(std::string_view text);

} // namespace atrium::notify
