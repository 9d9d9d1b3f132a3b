#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

namespace atrium::storage {

/// Breaks calls of the MySQL client that have no time-out of their own (D14): shuts their socket down when the deadline
/// passes, so that the call fails at once with "lost connection". Owns the thread `db-watchdog`. Thread: any.
class QueryWatchdog {
public:
    QueryWatchdog();
    ~QueryWatchdog();
    QueryWatchdog(const QueryWatchdog&) = delete;
    QueryWatchdog& operator=(const QueryWatchdog&) = delete;

    /// Guards one call. The socket must stay open as long as this object lives.
    class Guard {
    public:
        Guard(QueryWatchdog& watchdog, int socket, std::chrono::milliseconds limit);
        ~Guard();
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        /// Whether the deadline passed and the socket was shut down.
        bool fired() const;

    private:
        QueryWatchdog& watchdog_;
        std::uint64_t id_;
    };

private:
    struct Entry {
        int socket;
        std::chrono::steady_clock::time_point deadline;
        bool fired = false;
    };
    void run();

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::map<std::uint64_t, Entry> entries_;
    std::chrono::steady_clock::time_point nextWake_ = std::chrono::steady_clock::time_point::max();
    std::uint64_t nextId_ = 1;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace atrium::storage
