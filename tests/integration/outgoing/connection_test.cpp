#include "atrium/outgoing/connection.h"

#include <gtest/gtest.h>

#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>

#include <dirent.h>

namespace atrium::outgoing {
namespace {

using namespace std::chrono_literals;

std::size_t openDescriptors()
{
    std::size_t count = 0;
    auto* folder = ::opendir("/proc/self/fd");
    while (::readdir(folder)) ++count;
    ::closedir(folder);
    return count;
}

class ConnectionTest : public ::testing::Test {
protected:
    Target target() const { return {"localhost", server.address().port(), {}}; }
    /// Accepts and says nothing.
    Poco::Net::ServerSocket server{Poco::Net::SocketAddress("127.0.0.1", 0)};
    Connection connection;
};

TEST_F(ConnectionTest, ASilentServerIsLeftWhenTheTimeIsOver)
{
    const auto began = std::chrono::steady_clock::now();
    Connection::Exchange exchange(connection, 200ms);
    auto socket = exchange.connect(target());
    char byte = 0;
    EXPECT_LE(socket.receiveBytes(&byte, 1), 0) << "broken off looks like the end";
    EXPECT_TRUE(exchange.isOver());
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
}

TEST_F(ConnectionTest, WhatIsOverIsNotBegunAgain)
{
    Connection::Exchange exchange(connection, 60s);
    connection.abort();
    EXPECT_THROW(exchange.connect(target()), Poco::TimeoutException);
    EXPECT_TRUE(exchange.isOver());
}

TEST_F(ConnectionTest, AnAbortEndsOneExchangeAndClosingEndsAll)
{
    {
        Connection::Exchange first(connection, 60s);
        first.connect(target());
        connection.abort();
        EXPECT_TRUE(first.isOver());
    }
    {
        Connection::Exchange second(connection, 60s);
        EXPECT_NO_THROW(second.connect(target()));
        EXPECT_FALSE(second.isOver());
        connection.close();
    }
    Connection::Exchange third(connection, 60s);
    EXPECT_THROW(third.connect(target()), Poco::TimeoutException);
}

TEST_F(ConnectionTest, EveryAddressOfAHostIsAskedAbout)
{
    std::vector<std::string> asked;
    Connection::Exchange exchange(connection, 5s);
    auto forbidden = target();
    forbidden.allows = [&](const std::string& address) {
        asked.push_back(address);
        return false;
    };
    EXPECT_THROW(exchange.connect(forbidden), ForbiddenAddress);
    EXPECT_FALSE(asked.empty());
}

TEST_F(ConnectionTest, AServerThatIsNotThereIsUnreachableAndNotForbidden)
{
    const auto gone = target();
    server.close();
    Connection::Exchange exchange(connection, 5s);
    EXPECT_THROW(exchange.connect(gone), Poco::Net::NetException);
}

TEST_F(ConnectionTest, NoDescriptorIsLeftBehind)
{
    const auto before = openDescriptors();
    for (int i = 0; i < 5; ++i) {
        Connection::Exchange exchange(connection, 5s);
        exchange.connect(target());
        exchange.connect(target());
    }
    EXPECT_EQ(openDescriptors(), before);
}

} // namespace
} // namespace atrium::outgoing
