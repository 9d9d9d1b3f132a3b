#pragma once

#include "atrium/outgoing/web_client.h"
#include "atrium/value.h"

#include <string>
#include <utility>
#include <vector>

namespace atrium::auth {

/// Requests to an identity provider: https with the certificate and its name checked (http on the loopback alone), no
/// redirects, answers of at most 256 KiB within ten seconds. Thread: one, but abort() any.
class ProviderConnection {
public:
    struct Request {
        std::string address;
        std::string form; ///< application/x-www-form-urlencoded; empty = GET
        std::string authorization;
    };
    struct Answer {
        int status = 0;
        Value body; ///< null when it is no JSON
    };

    /// `authorityFile` empty = the authorities of the system.
    explicit ProviderConnection(const std::string& authorityFile);

    /// Errors: Unavailable, with the reason as detail.
    Result<Answer> ask(const Request& request);
    /// Breaks off the request in hand, and all later ones.
    void abort() { client_.close(); }

private:
    outgoing::WebClient client_;
};

/// `name=value&...` (application/x-www-form-urlencoded).
std::string formOf(const std::vector<std::pair<std::string, std::string>>& fields);
/// One value of it.
std::string formEncoded(const std::string& text);

} // namespace atrium::auth
