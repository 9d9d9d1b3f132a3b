#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>

namespace atrium::notify {

/// Where a connection goes and how.
struct OutboundTarget {
    std::string host;
    int port = 0;
    std::chrono::milliseconds patience{20'000}; ///< to connect, and for each read and write
    /// Addresses that may be used; empty = all. Asked for the very address that is connected to, so that a name cannot
    /// point somewhere else between the question and the connection.
    std::function<bool(const Poco::Net::IPAddress&)> allows;
};

/// Every address of the host is one that may not be used.
class ForbiddenAddress : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One connection to the outside at a time, which another thread can break off. Thread: one, but abort() any.
class OutboundSocket {
public:
    /// Keeps the connection known to abort(); destroy it after the objects that use the socket.
    class Lease {
    public:
        explicit Lease(OutboundSocket& owner) : owner_(owner) {}
        ~Lease() { owner_.forget(); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

    private:
        OutboundSocket& owner_;
    };

    /// Tries the addresses of the host one after the other. Throws ForbiddenAddress or Poco::Exception. A Lease must
    /// exist.
    Poco::Net::StreamSocket connect(const OutboundTarget& target);
    /// Breaks off the connection in hand.
    void abort();

private:
    void forget();

    std::mutex mutex_;
    int descriptor_ = -1;
};

/// TLS 1.2 or later, with the certificate and its name checked. `authorityFile` empty = the system's.
Poco::Net::Context::Ptr makeTlsContext(const std::string& authorityFile);

} // namespace atrium::notify
