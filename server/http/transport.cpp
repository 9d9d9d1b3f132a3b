#include "http/transport.h"

#include <pistache/listener.h>
#include <pistache/peer.h>
#include <pistache/transport.h>

#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>

namespace atrium::http {

namespace {

constexpr int acceptBacklog = 1024;
constexpr int lowestHandedOver = 4096;
constexpr std::string_view fullAnswer = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
                                        "Connection: close\r\n\r\n";

namespace aio = Pistache::Aio;
namespace tcp = Pistache::Tcp;
namespace polling = Pistache::Polling;

struct Shared {
    ConnectionContext& context;
    ConnectionRegistry& registry;
    Counter& rejected;
};

/// Tells the transport of new peers; Pistache wants an object of its own for that.
class PeerHandler : public tcp::Handler {
public:
    void onInput(const char*, std::size_t, const std::shared_ptr<tcp::Peer>&) override {}
    void onConnection(const std::shared_ptr<tcp::Peer>& peer) override;
    std::shared_ptr<tcp::Handler> clone() const override { return std::make_shared<PeerHandler>(); }
};

/// Pistache's transport with the input and output of peers replaced: its reader drops the answer to a half-closed
/// client (P7), its writer spins on a slow reader, and neither can pause a connection. Thread: one worker.
class Transport : public tcp::Transport {
public:
    explicit Transport(const Shared& shared) : tcp::Transport(std::make_shared<PeerHandler>()), shared_(shared) {}

    ~Transport() override
    {
        // The workers have ended. Pistache forgets its peers without closing their descriptors.
        for (const auto& [fd, connection] : connections_) {
            connection->release();
            shared_.registry.remove(connection);
            ::close(fd);
        }
    }

    std::shared_ptr<aio::Handler> clone() const override { return std::make_shared<Transport>(shared_); }

    void onReady(const aio::FdSet& ready) override
    {
        // An exception that left this function would end the process.
        try {
            std::vector<polling::Event> others;
            for (const auto& entry : ready) {
                const auto fd = static_cast<int>(entry.getTag().value());
                const auto found = connections_.find(fd);
                if (found != connections_.end()) {
                    serve(found->second);
                    continue;
                }
                polling::Event event(entry.getTag());
                if (entry.isReadable()) event.flags.setFlag(polling::NotifyOn::Read);
                others.push_back(event);
            }
            if (!others.empty()) tcp::Transport::onReady(aio::FdSet(std::move(others)));
        }
        catch (...) {
            shared_.context.framingErrors.add();
        }
    }

    void opened(const std::shared_ptr<tcp::Peer>& peer)
    {
        const int fd = peer->fd();
        auto connection = std::make_shared<Connection>(fd, peer->address().host(), shared_.context, [this, fd] {
            // epoll_ctl(MOD) looks at the socket anew, so this is both "wake me when writable" and "look again".
            try {
                reactor()->modifyFd(key(), fd,
                                    polling::NotifyOn::Read | polling::NotifyOn::Write | polling::NotifyOn::Shutdown,
                                    polling::Mode::Edge);
            }
            catch (...) {
                // Not registered (yet): Pistache registers the descriptor after opened(), with its state of then.
            }
        });
        connections_[fd] = connection;
        if (shared_.registry.add(connection)) return;
        // Pistache registers the descriptor after this call: it must stay valid, the hang-up removes it.
        shared_.rejected.add();
        connection->reject(fullAnswer);
    }

private:
    void serve(std::shared_ptr<Connection> connection)
    {
        auto next = Connection::Next::Remove;
        try {
            next = connection->onReady();
        }
        catch (...) {
            shared_.context.framingErrors.add();
        }
        if (next == Connection::Next::Wait) return;
        int duplicate = -1;
        if (next == Connection::Next::HandOver) {
            // Duplicated before Pistache closes its own: high above FD_SETSIZE and out of fd % workers. Where the limit
            // of descriptors is too low for that, any number must do.
            duplicate = ::fcntl(connection->descriptor(), F_DUPFD_CLOEXEC, lowestHandedOver);
            if (duplicate < 0) duplicate = ::fcntl(connection->descriptor(), F_DUPFD_CLOEXEC, 0);
        }
        connection->release();
        shared_.registry.remove(connection);
        const int fd = connection->descriptor();
        connections_.erase(fd);
        const auto peer = peers.find(fd);
        if (peer != peers.end()) removePeer(std::shared_ptr<tcp::Peer>(peer->second));
        if (duplicate >= 0) connection->completeHandOver(duplicate);
    }

    Shared shared_;
    std::unordered_map<int, std::shared_ptr<Connection>> connections_;
};

void PeerHandler::onConnection(const std::shared_ptr<tcp::Peer>& peer)
{
    static_cast<Transport*>(transport())->opened(peer);
}

} // namespace

bool ConnectionRegistry::add(const std::shared_ptr<Connection>& connection)
{
    std::lock_guard lock(mutex_);
    if (connections_.size() >= limit_) return false;
    connections_.insert(connection);
    return true;
}

void ConnectionRegistry::remove(const std::shared_ptr<Connection>& connection)
{
    std::lock_guard lock(mutex_);
    connections_.erase(connection);
}

std::vector<std::shared_ptr<Connection>> ConnectionRegistry::all() const
{
    std::lock_guard lock(mutex_);
    return {connections_.begin(), connections_.end()};
}

std::size_t ConnectionRegistry::size() const
{
    std::lock_guard lock(mutex_);
    return connections_.size();
}

void ConnectionRegistry::setLimit(std::size_t connections)
{
    std::lock_guard lock(mutex_);
    limit_ = connections;
}

struct Listener::Pistached {
    tcp::Listener listener;
    bool started = false;
};

Listener::Listener(const std::string& address, std::uint16_t port, unsigned workers, ConnectionContext& context,
                   ConnectionRegistry& registry, Counter& rejected)
    : pistached_(std::make_unique<Pistached>())
{
    auto& listener = pistached_->listener;
    listener.init(workers,
                  Pistache::Flags<tcp::Options>(tcp::Options::ReuseAddr) | tcp::Options::NoDelay |
                      tcp::Options::CloseOnExec,
                  "http", acceptBacklog);
    listener.setTransportFactory(
        [shared = Shared{context, registry, rejected}] { return std::make_shared<Transport>(shared); });
    try {
        listener.bind(Pistache::Address(address.find(':') == std::string::npos ? address : "[" + address + "]", port));
    }
    catch (const std::exception& error) {
        throw std::runtime_error("HTTP cannot listen on " + address + " port " + std::to_string(port) + ": " +
                                 error.what());
    }
}

Listener::~Listener() = default;

void Listener::start()
{
    // Signals belong to the main thread; Pistache's threads inherit the mask of the one that starts them.
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    pistached_->listener.runThreaded();
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    pistached_->started = true;
}

std::uint16_t Listener::port() const { return static_cast<std::uint16_t>(pistached_->listener.getPort()); }

} // namespace atrium::http
