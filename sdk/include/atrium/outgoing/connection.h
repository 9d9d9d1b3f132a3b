#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

namespace atrium::outgoing {

/// Whether an IP address, written as text, may be connected to.
using AddressCheck = std::function<bool(const std::string& ipAddress)>;

/// Where a connection goes.
struct Target {
    std::string host; ///< a name or an IP address
    int port = 0;
    /// Asked for the very address that is connected to, so that a name cannot point somewhere else between the question
    /// and the connection. Empty = all addresses.
    AddressCheck allows;
    std::chrono::milliseconds connectPatience{5'000}; ///< for each address; another one may answer
    std::chrono::milliseconds silence{60'000};        ///< that a read or write waits at most
};

/// Every address of the host is one that may not be used.
class ForbiddenAddress : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One connection to a server outside at a time, which another thread can break off. Thread: one, but abort() and
/// close() any.
class Connection {
public:
    /// The time that one exchange with a server has, whatever the server does: a byte now and then does not prolong it.
    /// Only looking up the name is not broken off. Must exist while the connection is used. Its time is watched by a
    /// thread of its own, `outgoing-limit`.
    class Exchange {
    public:
        Exchange(Connection& owner, std::chrono::milliseconds limit);
        ~Exchange();
        Exchange(const Exchange&) = delete;
        Exchange& operator=(const Exchange&) = delete;

        /// Tries the addresses of the host one after the other. Throws ForbiddenAddress or Poco::Exception.
        Poco::Net::StreamSocket connect(const Target& target);
        /// Whether it was broken off: what failed since then failed for that.
        bool isOver() const;

    private:
        Connection& owner_;
        const std::chrono::steady_clock::time_point end_;
        std::condition_variable ended_;
        bool done_ = false;
        std::thread watch_;
    };

    /// Breaks off the exchange in hand.
    void abort();
    /// The same, and all later ones.
    void close();

private:
    // With the mutex:
    void breakOff();
    void forget();

    mutable std::mutex mutex_;
    int descriptor_ = -1; ///< a duplicate of the socket's
    bool over_ = false;
    bool closed_ = false;
};

/// TLS 1.2 or later, with the certificate and its name checked. `authorityFile` empty = the system's authorities.
Poco::Net::Context::Ptr tlsContext(const std::string& authorityFile);
/// The same connection under TLS. `host` is the name that the certificate must have. Throws Poco::Exception.
Poco::Net::StreamSocket secured(const Poco::Net::StreamSocket& socket, const std::string& host,
                                const Poco::Net::Context::Ptr& context);

} // namespace atrium::outgoing
