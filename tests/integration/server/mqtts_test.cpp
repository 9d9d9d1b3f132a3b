#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"
#include "support/test_certificates.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

/// A broker of the site's own: TLS with client certificates for the server, and a plain port for the test's device.
class TlsBroker {
public:
    explicit TlsBroker(const TestCertificates& certificates)
    {
        const auto own = certificates.issue("localhost");
        const auto configuration =
            folder_.write("mosquitto.conf", "per_listener_settings true\nlistener " + std::to_string(tlsPort) +
                                                " 127.0.0.1\ncafile " + certificates.authorityFile() + "\ncertfile " +
                                                own.certificateFile + "\nkeyfile " + own.keyFile +
                                                "\nrequire_certificate true\nuse_identity_as_username true\nlistener " +
                                                std::to_string(plainPort) + " 127.0.0.1\nallow_anonymous true\n" +
                                                // Keys are readable for the owner alone, who is root in containers.
                                                (::geteuid() == 0 ? "user root\n" : ""));
        process_ = std::make_unique<ChildProcess>(std::vector<std::string>{"mosquitto", "-c", configuration.string()},
                                                  folder_.str() + "/log");
        if (!eventually([this] { return isListening(plainPort) && isListening(tlsPort); }))
            throw std::runtime_error("mosquitto does not start");
    }
    const int tlsPort = freePort();
    const int plainPort = freePort();

private:
    TempFolder folder_;
    std::unique_ptr<ChildProcess> process_;
};

class MqttsTest : public ::testing::Test {
protected:
    std::vector<std::string> keys(const std::string& host, const std::string& authority,
                                  const TestCertificates::Certificate& client) const
    {
        return {"plugins.devices.demo=true", "mqtt.url=mqtts://" + host + ':' + std::to_string(broker.tlsPort),
                "mqtt.ca=" + authority, "mqtt.certificate=" + client.certificateFile, "mqtt.key=" + client.keyFile};
    }
    static bool isConnected(ServerProcess& server)
    {
        return server.get("/metrics").text.find("\natrium_mqtt_connected 1") != std::string::npos;
    }
    static void expectNoConnection(std::vector<std::string> keys)
    {
        ServerProcess server(std::move(keys));
        server.start();
        server.signIn();
        EXPECT_FALSE(eventually([&] { return isConnected(server); }, 2s));
        EXPECT_NE(server.get("/metrics").text.find("\natrium_mqtt_connected 0"), std::string::npos);
        EXPECT_EQ(server.get("/api/devices").status, 200) << "the rest of the house works";
        EXPECT_EQ(server.stop(), 0);
    }

    TestCertificates certificates;
    TestCertificates stranger;
    TlsBroker broker{certificates};
};

TEST_F(MqttsTest, ServesAHouseWhoseBrokerWantsAClientCertificate)
{
    ServerProcess server(keys("localhost", certificates.authorityFile(), certificates.issue("atrium")));
    server.start();
    server.signIn();
    ASSERT_TRUE(eventually([&] { return isConnected(server); })) << server.log();
    MqttPeer device(broker.plainPort, "lamp", "aurion/devices/1/command");
    device.publish("aurion/devices/1/status", R"({"status":true,"power":12.5})");
    EXPECT_TRUE(eventually([&] { return server.get("/api/devices/1").body.booleanOr("status", false); }));
    EXPECT_EQ(server.post("/api/devices/1/toggle").status, 200);
    EXPECT_TRUE(device.hears(R"(aurion/devices/1/command {"status":false})"));
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(MqttsTest, RefusesABrokerOfAnUnknownAuthority)
{
    expectNoConnection(keys("localhost", stranger.authorityFile(), certificates.issue("atrium")));
}

TEST_F(MqttsTest, RefusesABrokerWhoseCertificateIsForAnotherName)
{
    expectNoConnection(keys("127.0.0.1", certificates.authorityFile(), certificates.issue("atrium")));
}

TEST_F(MqttsTest, IsTurnedAwayWithACertificateOfAnotherAuthority)
{
    expectNoConnection(keys("localhost", certificates.authorityFile(), stranger.issue("atrium")));
}

} // namespace
} // namespace atrium::testing
