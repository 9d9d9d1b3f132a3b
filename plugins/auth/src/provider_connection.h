#pragma once

#include "atrium/result.h"
#include "atrium/value.h"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace Poco {
class URI;
}

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
    explicit ProviderConnection(std::string authorityFile) : authorityFile_(std::move(authorityFile)) {}

    /// Errors: Unavailable, with the reason as detail.
    Result<Answer> ask(const Request& request);
    /// Breaks off the request in hand, and all later ones.
    void abort();

private:
    /// Keeps a connection known to abort().
    class Lease {
    public:
        Lease(ProviderConnection& owner, int descriptor);
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

    private:
        ProviderConnection& owner_;
    };
    Result<Answer> ask(const Poco::URI& uri, const Request& request);
    void remember(int descriptor);

    const std::string authorityFile_;
    std::mutex mutex_;
    int descriptor_ = -1;
    bool aborted_ = false;
};

/// `name=value&...` (application/x-www-form-urlencoded).
std::string formOf(const std::vector<std::pair<std::string, std::string>>& fields);
/// One value of it.
std::string formEncoded(const std::string& text);

} // namespace atrium::auth
