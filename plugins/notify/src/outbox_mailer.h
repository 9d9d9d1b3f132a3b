#pragma once

#include "atrium/services/mailer.h"
#include "outbox.h"

namespace atrium::notify {

/// The Mailer of the house: checks a mail and puts it into the outbox.
class OutboxMailer : public Mailer {
public:
    /// `outbox` null = no SMTP server is configured.
    explicit OutboxMailer(Outbox* outbox) : outbox_(outbox) {}

    bool isConfigured() const override { return outbox_ != nullptr; }
    Result<void> send(Mail mail) override;

private:
    Outbox* outbox_;
};

} // namespace atrium::notify
