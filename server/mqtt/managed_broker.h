#pragma once

#include "atrium/log.h"
#include "atrium/services/broker_accounts.h"
#include "mqtt/broker_url.h"
#include "runtime/child_process.h"

#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

namespace atrium::mqtt {

/// How the embedded broker is set up.
struct ManagedBrokerOptions {
    std::filesystem::path folder; ///< its configuration and its persistence; made when absent
    std::string bind = "127.0.0.1";
    int port = 1883;
    int webSocketPort = 9001; ///< 0 = none
    std::string deviceUser;   ///< account for devices; empty = none
    std::string devicePassword;
    bool anonymousLocal = true; ///< clients of this machine need no account; only for a loopback `bind`
};

/// A mosquitto child with a generated configuration, restarted when it ends. Thread: its own, `broker`.
class ManagedBroker : public BrokerAccounts {
public:
    ManagedBroker(ManagedBrokerOptions options, Log& log);
    ~ManagedBroker() override;

    /// Writes the configuration, starts the child, and returns when it accepts connections. Throws std::runtime_error
    /// with what to do (program missing, port taken).
    void start();
    void stop();

    /// How the server itself reaches the broker: an account of its own whose password is new at each start, over a Unix
    /// socket, which is quicker than TCP on loopback, unless the folder's path is too long for one.
    BrokerAddress address() const;
    /// How programs of this machine reach it, without account.
    BrokerAddress networkAddress() const;

    /// Writes them beside the accounts of the configuration and has the broker read all anew. Before start() they are
    /// kept for it. Thread: any that may block.
    void replace(std::vector<BrokerAccount> accounts) override;

    /// The child that runs now, 0 before the first.
    pid_t pid() const { return pid_; }

private:
    void writeConfiguration();
    void writeAccounts();
    std::string localSocket() const;
    void supervise();
    bool accepts() const;
    bool isAnonymous() const;

    ManagedBrokerOptions options_;
    Log& log_;
    std::string password_;
    std::mutex mutex_;        ///< over the files of accounts
    std::string ownAccounts_; ///< those of the configuration, hashed
    std::vector<BrokerAccount> accounts_;
    std::thread thread_;
    std::atomic<bool> stopping_{false};
    std::atomic<pid_t> pid_{0};
};

} // namespace atrium::mqtt
