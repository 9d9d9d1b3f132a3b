#include "mail_text.h"

#include <Poco/Base64Encoder.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>

#include <algorithm>
#include <sstream>

namespace atrium::notify {

namespace {

constexpr std::size_t addressLimit = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets
constexpr std::size_t localLimit = 64;
constexpr std::size_t subjectLimit = 500;
constexpr std::string_view lineEnd = "\r\n";

bool isAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool isDotted(std::string_view text, std::string_view moreLetters)
{
    if (text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != text.npos) return false;
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return isAlphanumeric(c) || c == '.' || moreLetters.find(c) != moreLetters.npos;
    });
}

bool isOneLine(std::string_view text)
{
    return isCleanUtf8(text) && std::none_of(text.begin(), text.end(),
                                             [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

std::string base64(std::string_view bytes, int lineLength)
{
    std::ostringstream out;
    Poco::Base64Encoder encoder(out);
    encoder.rdbuf()->setLineLength(lineLength);
    encoder.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    encoder.close();
    return out.str();
}

std::string toCrLf(std::string_view text)
{
    std::string lines;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        lines += text[i] == '\n' || text[i] == '\r' ? std::string(lineEnd) : std::string(1, text[i]);
    }
    return lines;
}

void appendPart(std::string& message, const std::string& type, std::string_view text)
{
    message += "Content-Type: " + type + "; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    message += base64(toCrLf(text), 76) + "\r\n";
}

std::string toHeader(const Mailbox& mailbox)
{
    if (mailbox.name.empty()) return mailbox.address;
    const bool plain =
        std::all_of(mailbox.name.begin(), mailbox.name.end(), [](char c) { return isAlphanumeric(c) || c == ' '; });
    // A name with other letters would need quotes; encoded words need none.
    const auto name = plain ? mailbox.name : "=?UTF-8?B?" + base64(mailbox.name, 0) + "?=";
    return name + " <" + mailbox.address + '>';
}

} // namespace

bool isMailAddress(std::string_view text)
{
    const auto at = text.rfind('@');
    if (at == text.npos || text.size() > addressLimit || at > localLimit) return false;
    const auto domain = text.substr(at + 1);
    return isDotted(text.substr(0, at), "!#$%&'*+-/=?^_`{|}~") && isDotted(domain, "-") && domain.front() != '-' &&
           domain.back() != '-';
}

std::optional<Mailbox> parseMailbox(std::string_view text)
{
    if (isMailAddress(text)) return Mailbox{"", std::string(text)};
    const auto open = text.rfind('<');
    if (open == text.npos || !text.ends_with('>')) return {};
    const auto address = text.substr(open + 1, text.size() - open - 2);
    auto name = text.substr(0, open);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (!isMailAddress(address) || !isOneLine(name) || name.size() > 40) return {};
    return Mailbox{std::string(name), std::string(address)};
}

Result<void> checkMail(const Mail& mail)
{
    if (!isMailAddress(mail.to))
        return makeError(ErrorCode::InvalidArgument, {"Adresse de courriel invalide", "Invalid e-mail address"});
    if (!isOneLine(mail.subject) || mail.subject.size() > subjectLimit)
        return makeError(ErrorCode::InvalidArgument, {"Objet de courriel invalide", "Invalid subject"});
    if (!isCleanUtf8(mail.text) || !isCleanUtf8(mail.html))
        return makeError(ErrorCode::InvalidArgument, {"Texte de courriel invalide", "Invalid text"});
    return {};
}

std::string encodeHeaderText(std::string_view text)
{
    const bool plain = text.size() <= 60 && text.find("=?") == text.npos &&
                       std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 127; });
    if (plain) return std::string(text);
    // 45 bytes become 60 letters and with `=?UTF-8?B?` and `?=` 72: below the 75 of RFC 2047 §2.
    constexpr std::size_t wordBytes = 45;
    std::string words;
    while (!text.empty()) {
        std::size_t size = std::min(wordBytes, text.size());
        while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
        words += (words.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(text.substr(0, size), 0) + "?=";
        text.remove_prefix(size);
    }
    return words;
}

std::string toMessageText(const Mail& mail, const MailFrame& frame)
{
    const Poco::Timestamp date(toMicroseconds(frame.date));
    std::string message =
        "From: " + toHeader(frame.from) + "\r\nTo: " + mail.to + "\r\nSubject: " + encodeHeaderText(mail.subject) +
        "\r\nDate: " + Poco::DateTimeFormatter::format(date, Poco::DateTimeFormat::RFC1123_FORMAT) +
        "\r\nMessage-ID: <" + frame.messageId + ">\r\nContent-Language: " + (mail.locale == "en" ? "en" : "fr") +
        // Automatic answers (absence notes) must not come back (RFC 3834).
        "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
    if (mail.html.empty()) {
        appendPart(message, "text/plain", mail.text);
        return message;
    }
    // `=_` cannot stand in Base64, so no text contains the boundary.
    const std::string boundary = "=_atrium";
    message += "Content-Type: multipart/alternative; boundary=\"" + boundary + "\"\r\n";
    for (const auto& [type, text] : {std::pair{"text/plain", &mail.text}, {"text/html", &mail.html}}) {
        message += "\r\n--" + boundary + "\r\n";
        appendPart(message, type, *text);
    }
    return message + "\r\n--" + boundary + "--\r\n";
}

} // namespace atrium::notify
