#include "webhook_channel.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SecureStreamSocket.h>

#include <openssl/err.h>
#include <openssl/hmac.h>

namespace atrium::notify {

namespace {

Outcome outcomeOf(int status)
{
    const std::string reason = "answered with status " + std::to_string(status);
    if (status / 100 == 2) return {};
    // Not now: time-out, too early, too many, and the troubles of the server itself.
    if (status == 408 || status == 425 || status == 429 || status / 100 == 5) return {Outcome::Kind::TryLater, reason};
    return {Outcome::Kind::Refused, reason};
}

} // namespace

std::string signWebhook(std::string_view secret, std::int64_t seconds, std::string_view body)
{
    const std::string text = std::to_string(seconds) + '.' + std::string(body);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        constexpr const char* digits = "0123456789abcdef";
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 15];
    }
    return "t=" + std::to_string(seconds) + ",v1=" + hex;
}

Outcome WebhookChannel::deliver(const Delivery& delivery)
{
    const auto uri = policy_.check(delivery.recipient); // the list may have changed since
    if (!uri) return {Outcome::Kind::Refused, "the host is not allowed any more"};
    ERR_clear_error(); // what an earlier connection left would fail this one
    try {
        return outcomeOf(post(*uri, delivery));
    }
    catch (const ForbiddenAddress& error) {
        return {Outcome::Kind::Refused, error.what()};
    }
    catch (const Poco::Exception& error) {
        return {Outcome::Kind::TryLater, error.displayText()};
    }
}

int WebhookChannel::post(const Poco::URI& uri, const Delivery& delivery)
{
    using Poco::Net::HTTPRequest;
    const OutboundSocket::Lease lease(outbound_);
    auto socket = outbound_.connect({uri.getHost(), uri.getPort(), options_.patience,
                                     [this](const auto& address) { return policy_.allows(address); }});
    if (uri.getScheme() == "https")
        socket = Poco::Net::SecureStreamSocket::attach(socket, uri.getHost(), makeTlsContext(options_.authorityFile));

    // Over this very socket: given a name, POCO would resolve it again.
    Poco::Net::HTTPClientSession session(socket);
    HTTPRequest request(HTTPRequest::HTTP_POST, uri.getPathAndQuery().empty() ? "/" : uri.getPathAndQuery(),
                        HTTPRequest::HTTP_1_1);
    request.setHost(uri.getHost(), uri.getPort());
    request.setContentType("application/json");
    request.setContentLength(static_cast<std::streamsize>(delivery.content.size()));
    request.setKeepAlive(false);
    request.set("User-Agent", "Atrium");
    // The same for each attempt, so that a receiver can tell a repetition.
    request.set("X-Atrium-Delivery",
                std::to_string(delivery.id) + '.' + std::to_string(toMicroseconds(delivery.createdAt)));
    if (!options_.secret.empty())
        request.set("X-Atrium-Signature",
                    signWebhook(options_.secret, toMicroseconds(clock_.now()) / 1'000'000, delivery.content));
    session.sendRequest(request) << delivery.content << std::flush;
    Poco::Net::HTTPResponse response;
    session.receiveResponse(response); // what it says beyond the status is not read
    return response.getStatus();
}

} // namespace atrium::notify
