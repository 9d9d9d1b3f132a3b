#include "atrium/outgoing/connection.h"

#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/Utility.h>

#include <csignal>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace atrium::outgoing {

namespace {

using Poco::Net::StreamSocket;
using SteadyClock = std::chrono::steady_clock;

std::vector<Poco::Net::IPAddress> addressesOf(const std::string& host)
{
    // An address needs no name, which POCO would look for.
    if (Poco::Net::IPAddress address; Poco::Net::IPAddress::tryParse(host, address)) return {address};
    return Poco::Net::DNS::resolve(host).addresses();
}

Poco::Timespan timespan(std::chrono::milliseconds duration) { return Poco::Timespan(duration.count() * 1000); }

/// Signals belong to the main thread; a new thread inherits the mask of the one that starts it.
template <class Body>
std::thread startQuietly(Body body)
{
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    std::thread thread(std::move(body));
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    pthread_setname_np(thread.native_handle(), "outgoing-limit");
    return thread;
}

} // namespace

Connection::Exchange::Exchange(Connection& owner, std::chrono::milliseconds limit)
    : owner_(owner), end_(SteadyClock::now() + limit)
{
    {
        std::lock_guard lock(owner_.mutex_);
        owner_.over_ = owner_.closed_;
    }
    watch_ = startQuietly([this] {
        std::unique_lock lock(owner_.mutex_);
        if (!ended_.wait_until(lock, end_, [this] { return done_; })) owner_.breakOff();
    });
}

Connection::Exchange::~Exchange()
{
    {
        std::lock_guard lock(owner_.mutex_);
        owner_.forget();
        done_ = true;
    }
    ended_.notify_one();
    watch_.join();
}

StreamSocket Connection::Exchange::connect(const Target& target)
{
    std::string failure;
    bool isForbidden = false;
    for (const auto& address : addressesOf(target.host)) {
        if (target.allows && !target.allows(address.toString())) {
            isForbidden = true;
            continue;
        }
        try {
            StreamSocket socket(address.family());
            {
                std::lock_guard lock(owner_.mutex_);
                if (owner_.over_) throw Poco::TimeoutException("it took too long");
                // A descriptor of our own: POCO may close its one at any time, and the number be another's then.
                owner_.forget();
                owner_.descriptor_ = ::fcntl(socket.impl()->sockfd(), F_DUPFD_CLOEXEC, 0);
            }
            socket.connect({address, static_cast<Poco::UInt16>(target.port)}, timespan(target.connectPatience));
            socket.setReceiveTimeout(timespan(target.silence));
            socket.setSendTimeout(timespan(target.silence));
            return socket;
        }
        catch (const Poco::Exception& error) {
            failure = error.displayText();
            std::lock_guard lock(owner_.mutex_);
            if (owner_.over_) throw Poco::TimeoutException("it took too long");
        }
    }
    if (failure.empty() && isForbidden) throw ForbiddenAddress("the address of the host may not be used");
    throw Poco::Net::NetException("the server cannot be reached", failure);
}

bool Connection::Exchange::isOver() const
{
    std::lock_guard lock(owner_.mutex_);
    return owner_.over_;
}

void Connection::abort()
{
    std::lock_guard lock(mutex_);
    breakOff();
}

void Connection::close()
{
    std::lock_guard lock(mutex_);
    closed_ = true;
    breakOff();
}

void Connection::breakOff()
{
    over_ = true;
    // POCO's objects belong to the thread that uses them.
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

void Connection::forget()
{
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

Poco::Net::Context::Ptr tlsContext(const std::string& authorityFile)
{
    using Poco::Net::Context;
    Context::Ptr context(
        new Context(Context::TLS_CLIENT_USE, "", "", authorityFile, Context::VERIFY_STRICT, 9, authorityFile.empty()));
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    return context;
}

StreamSocket secured(const StreamSocket& socket, const std::string& host, const Poco::Net::Context::Ptr& context)
{
    Poco::Net::Utility::clearErrorStack(); // what an earlier connection of this thread left would fail this one
    return Poco::Net::SecureStreamSocket::attach(socket, host, context);
}

} // namespace atrium::outgoing
