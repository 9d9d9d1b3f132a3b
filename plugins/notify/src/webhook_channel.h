#pragma once

#include "delivery.h"
#include "outbound_socket.h"
#include "webhook_policy.h"

#include "atrium/clock.h"

#include <string>
#include <string_view>

namespace atrium::notify {

struct WebhookOptions {
    std::string secret;        ///< signs each message; empty = no signature
    std::string authorityFile; ///< empty = the system's
    std::chrono::milliseconds patience{10'000};
};

/// Posts the content of a delivery, JSON, to its recipient. Redirections are not followed: the list of allowed hosts
/// would mean nothing.
class WebhookChannel : public Channel {
public:
    WebhookChannel(WebhookOptions options, const WebhookPolicy& policy, const Clock& clock)
        : options_(std::move(options)), policy_(policy), clock_(clock)
    {}

    Outcome deliver(const Delivery& delivery) override;
    void abort() override { outbound_.abort(); }

private:
    int post(const Poco::URI& uri, const Delivery& delivery);

    const WebhookOptions options_;
    const WebhookPolicy& policy_;
    const Clock& clock_;
    OutboundSocket outbound_;
};

/// The value of `X-Atrium-Signature`: `t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY`. The receiver computes the
/// same, compares in constant time, and refuses what is older than some minutes.
std::string signWebhook(std::string_view secret, std::int64_t seconds, std::string_view body);

} // namespace atrium::notify
