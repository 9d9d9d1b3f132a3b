#pragma once

#include "automation/web/web_policy.h"

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace Poco::Net {
class StreamSocket;
}

namespace atrium::automation {

/// What a rule asks a server.
struct WebQuestion {
    std::string method = "GET";
    std::string address;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::chrono::milliseconds patience{10'000}; ///< for all of it
};

struct WebAnswer {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string body;
};

/// One question to a server: resolves its name, connects to an address that the policy allows, and to no other, checks
/// the certificate and its name, and reads at most `largestBody` bytes. Up to three redirections of a GET are followed,
/// each checked like the first address. Thread: one, but abort() any.
class WebRequest {
public:
    static constexpr std::size_t largestBody = 24 * 1024;

    /// `authorityFile` empty = the authorities of the system. The policy outlives the request.
    WebRequest(const WebPolicy& policy, std::string authorityFile)
        : policy_(policy), authorityFile_(std::move(authorityFile))
    {}

    /// Blocks. Error: InvalidArgument, Forbidden, Unavailable, PayloadTooLarge, with the reason as English text.
    Result<WebAnswer> ask(const WebQuestion& question);
    /// Breaks it off, now or as soon as it begins.
    void abort();

private:
    class Lease;
    Result<WebAnswer> ask(const Poco::URI& uri, const WebQuestion& question);
    Poco::Net::StreamSocket connect(const Poco::URI& uri, std::chrono::milliseconds patience);
    void remember(int descriptor);

    const WebPolicy& policy_;
    const std::string authorityFile_;
    std::mutex mutex_;
    int descriptor_ = -1;
    bool aborted_ = false;
};

} // namespace atrium::automation
