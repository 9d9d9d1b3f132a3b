#include "webhook_channel.h"

#include <Poco/StringTokenizer.h>

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

outgoing::WebClientOptions rulesOf(const outgoing::WebPolicy& policy, const std::string& authorityFile)
{
    outgoing::WebClientOptions rules;
    rules.check = [&policy](const std::string& address) { return policy.check(address); };
    rules.allows = [&policy](const std::string& address) { return policy.allows(address); };
    rules.authorityFile = authorityFile;
    rules.body = outgoing::AnswerBody::Ignored; // what it says beyond the status is not read
    return rules;
}

} // namespace

outgoing::WebPolicy makeWebhookPolicy(const std::string& hosts, outgoing::PrivateAddresses privateAddresses)
{
    constexpr std::size_t longestAddress = 1000; // what the outbox keeps
    const Poco::StringTokenizer names(hosts, ",",
                                      Poco::StringTokenizer::TOK_TRIM | Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    return outgoing::WebPolicy({{names.begin(), names.end()},
                                privateAddresses,
                                "plugins.notify.webhookHosts",
                                "plugins.notify.webhookPrivateAddresses",
                                longestAddress});
}

WebhookChannel::WebhookChannel(WebhookOptions options, const outgoing::WebPolicy& policy, const Clock& clock)
    : options_(std::move(options)), clock_(clock), client_(rulesOf(policy, options_.authorityFile))
{}

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
    outgoing::WebQuestion question;
    question.method = "POST";
    question.address = delivery.recipient;
    question.patience = options_.patience;
    question.body = delivery.content;
    question.headers = {
        {"Content-Type", "application/json"},
        // The same for each attempt, so that a receiver can tell a repetition.
        {"X-Atrium-Delivery", std::to_string(delivery.id) + '.' + std::to_string(toMicroseconds(delivery.createdAt))}};
    if (!options_.secret.empty())
        question.headers.emplace_back(
            "X-Atrium-Signature",
            signWebhook(options_.secret, toMicroseconds(clock_.now()) / 1'000'000, delivery.content));
    const auto answer = client_.ask(question);
    if (answer) return outcomeOf(answer->status);
    // The list may have changed since it was taken.
    const auto& error = answer.error();
    const bool mayComeLater = error.code == ErrorCode::Unavailable;
    return {mayComeLater ? Outcome::Kind::TryLater : Outcome::Kind::Refused, error.message.en};
}

} // namespace atrium::notify
