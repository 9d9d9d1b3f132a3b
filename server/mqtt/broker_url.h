#pragma once

#include <string>

namespace atrium::mqtt {

/// Where the broker is and who we are to it.
struct BrokerAddress {
    static constexpr int unixSocket = 0; ///< as `port`: `host` is the path of a Unix socket

    std::string host = "127.0.0.1";
    int port = 1883;
    std::string user;
    std::string password;
    bool tls = false;
    std::string caFile;          ///< empty = the system's authorities
    std::string certificateFile; ///< client certificate and its key; both or none
    std::string keyFile;

    /// For people and logs: without the password.
    std::string display() const;
};

/// Reads `mqtt://[user[:password]@]host[:port]` or `mqtts://...` (port 8883). Throws std::invalid_argument that says
/// what is allowed and never repeats a password.
BrokerAddress parseBrokerUrl(const std::string& url);

} // namespace atrium::mqtt
