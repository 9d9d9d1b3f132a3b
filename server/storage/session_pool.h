#pragma once

#include "storage/sql_session.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace atrium::storage {

/// A bounded set of connections, made when needed. Unlike Poco::Data::SessionPool it waits for a free one (D1),
/// connects outside its lock (D1), and keeps only connections that were given back as clean (D5, D12). Thread: any.
class SessionPool {
public:
    using Connect = std::function<std::unique_ptr<SqlSession>()>;

    SessionPool(std::size_t limit, std::chrono::milliseconds wait, Connect connect);

    /// A connection in use; closed for good unless giveBack() is called.
    class Lease {
    public:
        Lease(Lease&& other) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease();
        SqlSession& operator*() const { return *session_; }
        SqlSession* operator->() const { return session_.get(); }
        /// The connection is clean: somebody else may have it.
        void giveBack();

    private:
        friend class SessionPool;
        Lease(SessionPool& pool, std::unique_ptr<SqlSession> session, std::uint64_t generation);
        struct Release {
            void operator()(SessionPool* pool) const { pool->releaseSlot(); }
        };
        std::unique_ptr<SessionPool, Release> slot_;
        std::unique_ptr<SqlSession> session_;
        std::uint64_t generation_;
    };

    /// Waits for a free connection; throws SqlFailure (Unavailable) when none gets free in time, or what connecting
    /// throws.
    Lease acquire();
    /// Closes the idle connections and forgets those in use when they come back: the server was seen dead.
    void dropAll();

    std::size_t inUse() const;
    std::size_t idle() const;

private:
    void releaseSlot();

    const std::size_t limit_;
    const std::chrono::milliseconds wait_;
    const Connect connect_;
    mutable std::mutex mutex_;
    std::condition_variable free_;
    std::vector<std::unique_ptr<SqlSession>> idle_;
    std::size_t inUse_ = 0;
    std::uint64_t generation_ = 0;
};

} // namespace atrium::storage
