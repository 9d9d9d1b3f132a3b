#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"

#include "atrium/json.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/WebSocket.h>

#include <gtest/gtest.h>

namespace atrium::testing {
namespace {

TEST(ListenerTest, ServesOverIpv6)
{
    ServerProcess server({"http.bind=::1", "plugins.devices.demo=true", "home.open=true"});
    server.setHost("::1");
    server.start();
    EXPECT_FALSE(isListening(server.httpPort())) << "on ::1 alone";
    EXPECT_EQ(server.get("/api/devices").status, 200) << "::1 is the local network of an open home";
    server.signIn();
    EXPECT_EQ(server.get("/api/auth/me").body.textOr("email", ""), ServerProcess::email);

    Poco::Net::HTTPClientSession session("::1", static_cast<Poco::UInt16>(server.httpPort()));
    Poco::Net::HTTPRequest upgrade("GET", "/ws?token=" + server.token(), Poco::Net::HTTPMessage::HTTP_1_1);
    Poco::Net::HTTPResponse answer;
    Poco::Net::WebSocket screen(session, upgrade, answer);
    screen.setReceiveTimeout(Poco::Timespan(5, 0));
    Poco::Buffer<char> bytes(0);
    int flags = 0;
    screen.receiveFrame(bytes, flags);
    const auto first = parseJson({bytes.begin(), bytes.size()});
    ASSERT_TRUE(first);
    EXPECT_EQ(first->textOr("type", ""), "initial");
    EXPECT_EQ(server.stop(), 0);
}

} // namespace
} // namespace atrium::testing
