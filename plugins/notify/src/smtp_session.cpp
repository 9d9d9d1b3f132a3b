#include "smtp_session.h"

#include "atrium/outgoing/connection.h"

#include <Poco/Base64Encoder.h>
#include <Poco/Net/DialogSocket.h>
#include <Poco/Net/NetException.h>
#include <Poco/String.h>

#include <sstream>

namespace atrium::notify {

namespace {

std::string base64(const std::string& bytes)
{
    std::ostringstream out;
    Poco::Base64Encoder encoder(out);
    encoder.rdbuf()->setLineLength(0); // a line break within would end the command
    encoder << bytes;
    encoder.close();
    return out.str();
}

/// The code of RFC 3463 at the start of an answer, e.g. ` 5.1.1`; empty when there is none.
std::string enhancedCode(const std::string& response)
{
    const auto start = response.find_first_of(" -");
    if (start == std::string::npos) return {};
    const auto end = response.find(' ', start + 1);
    const auto word = response.substr(start + 1, end == std::string::npos ? end : end - start - 1);
    const bool isCode = word.size() >= 5 && word.size() <= 9 && word.find_first_not_of("0123456789.") == word.npos;
    return isCode ? " " + word : "";
}

/// Whether a line of capabilities starts with `keyword`; `argument` empty = any.
bool offers(const std::string& capabilities, const std::string& keyword, const std::string& argument = {})
{
    std::istringstream lines(capabilities);
    for (std::string line; std::getline(lines, line);) {
        if (line.size() < 4) continue;
        std::istringstream words(Poco::toUpper(line.substr(4)));
        std::string word;
        words >> word;
        if (word != keyword) continue;
        if (argument.empty()) return true;
        while (words >> word)
            if (word == argument) return true;
    }
    return false;
}

} // namespace

SmtpRefusal::SmtpRefusal(const std::string& step, int status, const std::string& response)
    : std::runtime_error(step + " refused by the mail server (" + std::to_string(status) + enhancedCode(response) +
                         ')'),
      status_(status)
{}

std::string SmtpSession::greet()
{
    // An address is the name of a host that has none in the DNS (RFC 5321 §4.1.3).
    const auto address = socket().address().host();
    std::string capabilities;
    login(address.family() == Poco::Net::IPAddress::IPv6 ? "[IPv6:" + address.toString() + ']'
                                                         : '[' + address.toString() + ']',
          capabilities);
    return capabilities;
}

std::string SmtpSession::startTls(const std::string& capabilities, const std::string& host,
                                  const Poco::Net::Context::Ptr& context)
{
    if (!offers(capabilities, "STARTTLS")) throw Poco::Net::NetException("the mail server offers no STARTTLS");
    expect(220, "STARTTLS", "STARTTLS");
    // Assigning drops what was read ahead: answers that somebody put in before the encryption began do not count.
    socket() = outgoing::secured(socket(), host, context);
    return greet();
}

void SmtpSession::authenticate(const std::string& capabilities, const std::string& user, const std::string& password)
{
    if (offers(capabilities, "AUTH", "PLAIN")) {
        expect(235, "the account", "AUTH PLAIN " + base64(std::string(1, '\0') + user + '\0' + password));
    }
    else if (offers(capabilities, "AUTH", "LOGIN")) {
        expect(334, "the account", "AUTH LOGIN");
        expect(334, "the account", base64(user));
        expect(235, "the account", base64(password));
    }
    else {
        throw Poco::Net::NetException("the mail server offers no way to sign in that is known here");
    }
}

void SmtpSession::transmit(const std::string& from, const std::string& to, const std::string& message)
{
    expect(250, "the sender", "MAIL FROM:<" + from + '>');
    expect(250, "the recipient", "RCPT TO:<" + to + '>');
    expect(354, "the message", "DATA");
    try {
        std::istringstream stream(message);
        sendMessage(stream); // doubles leading dots and waits for the answer
    }
    catch (const Poco::Net::SMTPException& error) {
        // POCO's sentence stands before the answer.
        const auto answer = error.message().find(std::to_string(error.code()));
        throw SmtpRefusal("the message", error.code(),
                          answer == std::string::npos ? "" : error.message().substr(answer));
    }
}

void SmtpSession::expect(int wanted, const std::string& step, const std::string& command)
{
    std::string response;
    const int status = sendCommand(command, response);
    if (status / 100 != wanted / 100) throw SmtpRefusal(step, status, response);
}

} // namespace atrium::notify
