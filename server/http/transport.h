#pragma once

#include "http/connection.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace atrium::http {

/// All open connections of a server, for the sweeper and the ordered stop. Thread: any.
class ConnectionRegistry {
public:
    /// False when the server is full or stopping: the connection is to be rejected.
    bool add(const std::shared_ptr<Connection>& connection);
    void remove(const std::shared_ptr<Connection>& connection);
    std::vector<std::shared_ptr<Connection>> all() const;
    std::size_t size() const;
    void setLimit(std::size_t connections);

private:
    mutable std::mutex mutex_;
    std::unordered_set<std::shared_ptr<Connection>> connections_;
    std::size_t limit_ = 4096;
};

/// One listening address and its workers: Pistache accepts and runs the epoll loops, Connection does the rest.
/// Owner: HttpServer. Thread: the owner's.
class Listener {
public:
    /// Binds; throws std::runtime_error naming address and port when that fails. `port` 0 = any free port.
    Listener(const std::string& address, std::uint16_t port, unsigned workers, ConnectionContext& context,
             ConnectionRegistry& registry, Counter& rejected);
    /// Ends the workers and closes what is still open.
    ~Listener();

    /// Starts accepting.
    void start();
    std::uint16_t port() const;

private:
    struct Pistached;
    std::unique_ptr<Pistached> pistached_;
};

} // namespace atrium::http
