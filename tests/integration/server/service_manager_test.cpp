#include "support/server/server_process.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

/// The socket at which systemd listens to its services (sd_notify(3)).
class NotifySocket {
public:
    NotifySocket()
    {
        descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
        if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot bind " + path());
    }
    ~NotifySocket() { ::close(descriptor_); }

    std::string path() const { return folder_.str() + "/notify"; }
    /// The next message; empty when none comes.
    std::string receive(std::chrono::milliseconds patience)
    {
        pollfd waiting{descriptor_, POLLIN, 0};
        if (::poll(&waiting, 1, static_cast<int>(patience.count())) != 1) return {};
        char buffer[4096];
        const auto size = ::recv(descriptor_, buffer, sizeof buffer, 0);
        return size > 0 ? std::string(buffer, static_cast<std::size_t>(size)) : "";
    }

private:
    TempFolder folder_;
    int descriptor_;
};

/// A variable that processes started meanwhile inherit.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
    ~Variable() { ::unsetenv(name_); }

private:
    const char* name_;
};

TEST(ServiceManagerTest, IsToldWhenTheServerIsReadyAliveAndStopping)
{
    NotifySocket systemd;
    ServerProcess server;
    {
        const Variable socket("NOTIFY_SOCKET", systemd.path());
        const Variable watchdog("WATCHDOG_USEC", "1000000");
        server.start();
    }
    ASSERT_EQ(systemd.receive(5s), "READY=1");
    EXPECT_EQ(server.get("/api/health").status, 200) << "ready means that requests are answered";
    for (int i = 0; i < 3; ++i) EXPECT_EQ(systemd.receive(1s), "WATCHDOG=1") << "fed before its time is over, " << i;
    EXPECT_EQ(server.stop(), 0);
    std::string last;
    for (auto message = systemd.receive(1s); !message.empty(); message = systemd.receive(100ms)) last = message;
    EXPECT_EQ(last, "STOPPING=1") << "and nothing is fed while it stops";
}

} // namespace
} // namespace atrium::testing
