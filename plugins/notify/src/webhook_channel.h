#pragma once

#include "delivery.h"

#include "atrium/clock.h"
#include "atrium/outgoing/web_client.h"
#include "atrium/outgoing/web_policy.h"

#include <string>
#include <string_view>

namespace atrium::notify {

struct WebhookOptions {
    std::string secret;                         ///< signs each message; empty = no signature
    std::string authorityFile;                  ///< empty = the system's
    std::chrono::milliseconds patience{10'000}; ///< for the whole answer
};

/// Which addresses of the web rules may call; `hosts` are names separated by commas.
outgoing::WebPolicy makeWebhookPolicy(const std::string& hosts, outgoing::PrivateAddresses privateAddresses);

/// Posts the content of a delivery, JSON, to its recipient. Redirections are not followed: the list of allowed hosts
/// would mean nothing.
class WebhookChannel : public Channel {
public:
    /// Both outlive the channel.
    WebhookChannel(WebhookOptions options, const outgoing::WebPolicy& policy, const Clock& clock);

    Outcome deliver(const Delivery& delivery) override;
    void abort() override { client_.abort(); }

private:
    const WebhookOptions options_;
    const Clock& clock_;
    outgoing::WebClient client_;
};

/// The value of `X-Atrium-Signature`: `t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY`. The receiver computes the
/// same, compares in constant time, and refuses what is older than some minutes.
std::string signWebhook(std::string_view secret, std::int64_t seconds, std::string_view body);

} // namespace atrium::notify
