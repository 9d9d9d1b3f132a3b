#include "outbox_mailer.h"

#include "mail_text.h"
#include "smtp_channel.h"

#include <algorithm>

namespace atrium::notify {

namespace {

/// Categories become labels of metrics: short words of a few letters.
std::string cleanCategory(const std::string& category)
{
    const bool clean = !category.empty() && category.size() <= 60 &&
                       category.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos;
    return clean ? category : "other";
}

} // namespace

Result<void> OutboxMailer::send(Mail mail)
{
    if (!outbox_)
        return makeError(ErrorCode::Unavailable,
                         {"Aucun serveur de courriel n'est configuré", "No mail server is configured"});
    if (auto checked = checkMail(mail); !checked) return checked;
    auto content = encodeMail(mail);
    return outbox_->put(std::move(mail.to), cleanCategory(mail.category), std::move(content), std::move(mail.key));
}

} // namespace atrium::notify
