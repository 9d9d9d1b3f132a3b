#include "storage/query_watchdog.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace atrium::storage {
namespace {

using namespace std::chrono_literals;

struct SocketPair {
    int ends[2];
    SocketPair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); }
    ~SocketPair()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
};

TEST(QueryWatchdogTest, BreaksACallThatNobodyAnswers)
{
    QueryWatchdog watchdog;
    const SocketPair sockets;
    const QueryWatchdog::Guard guard(watchdog, sockets.ends[0], 50ms);
    const auto start = std::chrono::steady_clock::now();
    char byte = 0;
    EXPECT_EQ(::recv(sockets.ends[0], &byte, 1, 0), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
    EXPECT_TRUE(guard.fired());
}

TEST(QueryWatchdogTest, LeavesACallAloneThatEndsInTime)
{
    QueryWatchdog watchdog;
    const SocketPair sockets;
    for (int i = 0; i < 100; ++i) {
        const QueryWatchdog::Guard guard(watchdog, sockets.ends[0], 200ms);
        EXPECT_FALSE(guard.fired());
    }
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(::send(sockets.ends[1], "x", 1, MSG_NOSIGNAL), 1);
    char byte = 0;
    EXPECT_EQ(::recv(sockets.ends[0], &byte, 1, 0), 1);
}

TEST(QueryWatchdogTest, WatchesAShorterDeadlineThanTheOneItSleepsFor)
{
    QueryWatchdog watchdog;
    const SocketPair slow, fast;
    const QueryWatchdog::Guard longOne(watchdog, slow.ends[0], 10s);
    std::this_thread::sleep_for(20ms);
    const QueryWatchdog::Guard shortOne(watchdog, fast.ends[0], 30ms);
    char byte = 0;
    EXPECT_EQ(::recv(fast.ends[0], &byte, 1, 0), 0);
    EXPECT_FALSE(longOne.fired());
}

} // namespace
} // namespace atrium::storage
