#include "smtp_channel.h"

#include "smtp_session.h"

#include "atrium/json.h"

#include <Poco/Net/NetException.h>

namespace atrium::notify {

Outcome SmtpChannel::deliver(const Delivery& delivery)
{
    const auto mail = decodeMail(delivery);
    if (!mail) return {Outcome::Kind::Refused, "the stored mail cannot be read"};
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
    // Declared first: the session says goodbye in its destructor, and that can still be broken off.
    outgoing::Connection::Exchange exchange(connection_, options_.limit);
    auto socket = exchange.connect({options_.host, options_.port, {}, options_.patience, options_.patience});
    const bool isSecure = options_.protection == SmtpProtection::Tls;
    const auto context =
        options_.protection == SmtpProtection::None ? nullptr : outgoing::tlsContext(options_.authorityFile);
    if (isSecure) socket = outgoing::secured(socket, options_.host, context);
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
