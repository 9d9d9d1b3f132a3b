#pragma once

#include "atrium/outgoing/connection.h"
#include "atrium/result.h"

#include <Poco/URI.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace atrium::outgoing {

/// What a server of the web is asked.
struct WebQuestion {
    std::string method = "GET";
    std::string address;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::chrono::milliseconds patience{10'000}; ///< for all of it, redirections included
};

struct WebAnswer {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string body;

    /// Empty when there is none.
    std::string header(std::string_view lowerCaseName) const;
};

enum class AnswerBody { Read, Ignored };

struct WebClientOptions {
    /// The parts of an address that may be asked, or why it may not: for the first address and each redirection.
    std::function<Result<Poco::URI>(const std::string& address)> check;
    AddressCheck allows;       ///< of IP addresses; empty = all
    std::string authorityFile; ///< empty = the system's authorities
    AnswerBody body = AnswerBody::Read;
    std::size_t largestBody = 256 * 1024;
    int redirections = 0; ///< of a GET, that are followed at most
};

/// Asks servers of the web, one question at a time: resolves the name, connects to an address that is allowed, and to
/// no other, checks the certificate and its name, and reads a bounded answer in a bounded time. Headers do not follow a
/// redirection to another host. Thread: one, but abort() and close() any.
class WebClient {
public:
    explicit WebClient(WebClientOptions options) : options_(std::move(options)) {}

    /// Blocks. Errors: those of `check`; Forbidden (the address of the host may not be used), PayloadTooLarge,
    /// Unavailable (everything else), with the reason as text.
    Result<WebAnswer> ask(const WebQuestion& question);
    /// Breaks off the question in hand.
    void abort() { connection_.abort(); }
    /// The same, and all later ones.
    void close() { connection_.close(); }

private:
    Result<WebAnswer> follow(const WebQuestion& question, Connection::Exchange& exchange);
    Result<WebAnswer> askOnce(const Poco::URI& uri, const WebQuestion& question, Connection::Exchange& exchange);

    const WebClientOptions options_;
    Connection connection_;
};

} // namespace atrium::outgoing
