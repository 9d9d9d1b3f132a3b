#include "smtp_channel.h"

#include "smtp_session.h"

#include "atrium/json.h"

#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>

#include <openssl/err.h>
#include <sys/socket.h>

namespace atrium::notify {

namespace {

Poco::Net::Context::Ptr makeContext(const std::string& authorityFile)
{
    using Poco::Net::Context;
    Context::Ptr context(
        new Context(Context::TLS_CLIENT_USE, "", "", authorityFile, Context::VERIFY_STRICT, 9, authorityFile.empty()));
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    return context;
}

Poco::Timespan timespan(std::chrono::milliseconds duration) { return Poco::Timespan(duration.count() * 1000); }

} // namespace

/// Makes the descriptor of the connection in hand known to abort() for as long as it is open.
class SmtpChannel::Connection {
public:
    Connection(SmtpChannel& channel, const Poco::Net::StreamSocket& socket) : channel_(channel)
    {
        std::lock_guard lock(channel_.mutex_);
        channel_.descriptor_ = socket.impl()->sockfd();
    }
    ~Connection()
    {
        std::lock_guard lock(channel_.mutex_);
        channel_.descriptor_ = -1;
    }

private:
    SmtpChannel& channel_;
};

void SmtpChannel::abort()
{
    std::lock_guard lock(mutex_);
    // The descriptor alone: POCO's socket objects belong to the thread that uses them.
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

Outcome SmtpChannel::deliver(const Delivery& delivery)
{
    const auto mail = decodeMail(delivery);
    if (!mail) return {Outcome::Kind::Refused, "the stored mail cannot be read"};
    ERR_clear_error(); // what an earlier connection left would fail this one
    try {
        return transmit(delivery, *mail);
    }
    catch (const SmtpRefusal& refusal) {
        return {Outcome::Kind::ChannelDown, refusal.what()};
    }
    catch (const Poco::Net::SMTPException& error) {
        return {Outcome::Kind::ChannelDown, "the mail server does not serve (" + std::to_string(error.code()) + ')'};
    }
    catch (const Poco::Exception& error) {
        return {Outcome::Kind::ChannelDown, error.displayText()};
    }
}

Outcome SmtpChannel::transmit(const Delivery& delivery, const Mail& mail)
{
    auto socket = connect();
    const Connection connection(*this, socket);
    const bool isSecure = options_.protection == SmtpProtection::Tls;
    const auto context = options_.protection == SmtpProtection::None ? nullptr : makeContext(options_.authorityFile);
    if (isSecure) socket = Poco::Net::SecureStreamSocket::attach(socket, options_.host, context);
    SmtpSession session(socket);
    auto capabilities = session.greet();
    if (options_.protection == SmtpProtection::StartTls)
        capabilities = session.startTls(capabilities, options_.host, context);
    if (!options_.user.empty()) session.authenticate(capabilities, options_.user, options_.password);

    const auto& from = options_.from.address;
    const MailFrame frame{options_.from,
                          std::to_string(delivery.id) + '.' + std::to_string(toMicroseconds(delivery.createdAt)) +
                              from.substr(from.rfind('@')),
                          delivery.createdAt};
    try {
        session.transmit(from, mail.to, toMessageText(mail, frame));
    }
    catch (const SmtpRefusal& refusal) {
        return {refusal.isPermanent() ? Outcome::Kind::Refused : Outcome::Kind::TryLater, refusal.what()};
    }
    catch (const Poco::Exception& error) {
        // A mail that makes a server hang up must not hold up the others.
        return {Outcome::Kind::TryLater, error.displayText()};
    }
    return {};
}

Poco::Net::StreamSocket SmtpChannel::connect() const
{
    std::string failure = "no address";
    const auto host = Poco::Net::DNS::resolve(options_.host);
    for (const auto& address : host.addresses()) {
        try {
            Poco::Net::StreamSocket socket(address.family());
            socket.connect({address, static_cast<Poco::UInt16>(options_.port)}, timespan(options_.patience));
            socket.setReceiveTimeout(timespan(options_.patience));
            socket.setSendTimeout(timespan(options_.patience));
            return socket;
        }
        catch (const Poco::Exception& error) {
            failure = error.displayText();
        }
    }
    throw Poco::Net::NetException("the mail server cannot be reached", failure);
}

std::string encodeMail(const Mail& mail)
{
    return toJson(Object{{"locale", mail.locale}, {"subject", mail.subject}, {"text", mail.text}, {"html", mail.html}});
}

Result<Mail> decodeMail(const Delivery& delivery)
{
    const auto content = parseJson(delivery.content);
    if (!content) return content.error();
    Mail mail{delivery.recipient,          content->textOr("locale", "fr"), content->textOr("subject", ""),
              content->textOr("text", ""), content->textOr("html", ""),     delivery.category};
    if (const auto checked = checkMail(mail); !checked) return checked.error();
    return mail;
}

} // namespace atrium::notify
