#include "mqtt/managed_broker.h"
#include "mqtt/mqtt_service.h"
#include "observability/logging.h"
#include "observability/metrics_registry.h"
#include "runtime/system_clock.h"

#include <Poco/Net/ServerSocket.h>

#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace atrium::mqtt {
namespace {

using namespace std::chrono_literals;

int freePort()
{
    Poco::Net::ServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0));
    return socket.address().port();
}

/// Waits until `condition` holds; false after ten seconds.
bool eventually(const std::function<bool()>& condition)
{
    for (int i = 0; i < 1000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

/// A real mosquitto under our own supervision, core, and one service connected to it.
class MqttServiceTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        options.folder = std::filesystem::temp_directory_path() / ("atrium-mqtt-" + std::to_string(::getpid()));
        std::filesystem::remove_all(options.folder);
        options.port = freePort();
        options.webSocketPort = freePort();
        broker = std::make_unique<ManagedBroker>(options, logging.component("broker"));
        broker->start();
        core.start();
        service = connect("atrium-test");
    }
    void TearDown() override
    {
        service.reset();
        broker.reset();
        core.stop();
        std::filesystem::remove_all(options.folder);
    }
    std::unique_ptr<MqttService> connect(const std::string& clientId)
    {
        auto result =
            std::make_unique<MqttService>(broker->address(), clientId, core, logging.component("mqtt"), metrics);
        result->start();
        EXPECT_TRUE(eventually([&] { return result->connected(); }));
        return result;
    }
    Result<void> publish(MqttService& from, MqttPublication message, std::function<void()> sent = {})
    {
        Result<void> outcome;
        core.runAndWait([&] { outcome = from.publish(std::move(message), std::move(sent)); });
        return outcome;
    }
    void killBroker() { ASSERT_EQ(::kill(broker->pid(), SIGKILL), 0); }

    runtime::SystemClock clock;
    observability::Logging logging{observability::LogFormat::Human, LogLevel::Error};
    observability::MetricsRegistry metrics;
    runtime::CoreLoop core{clock, [](const std::string& text) { ADD_FAILURE() << text; }};
    ManagedBrokerOptions options;
    std::unique_ptr<ManagedBroker> broker;
    std::unique_ptr<MqttService> service;
};

TEST_F(MqttServiceTest, DeliversEachMessageOnceThoughFiltersOverlap)
{
    std::atomic<int> all{0}, one{0};
    const auto a = service->subscribe("maison/#", [&](const MqttMessage&) { ++all; });
    const auto b = service->subscribe("maison/+/état", [&](const MqttMessage& message) {
        EXPECT_EQ(message.payload, "{\"on\":true}");
        ++one;
    });
    std::this_thread::sleep_for(200ms);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(publish(*service, {"maison/Salle 2 - Fenêtre/état", "{\"on\":true}"}));
    EXPECT_TRUE(eventually([&] { return one == 50; }));
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(one, 50);
    EXPECT_EQ(all, 50);
}

TEST_F(MqttServiceTest, BringsARetainedMessageToWhoComesLaterThoughAWiderFilterHeardItBefore)
{
    publish(*service, {"lamp/online", "true", 1, true}).value();
    std::atomic<int> wide{0}, late{0};
    const auto a = service->subscribe("+/online", [&](const MqttMessage&) { ++wide; });
    ASSERT_TRUE(eventually([&] { return wide == 1; }));
    const auto b = service->subscribe("lamp/online", [&](const MqttMessage& message) {
        EXPECT_TRUE(message.retained || message.payload == "false");
        ++late;
    });
    EXPECT_TRUE(eventually([&] { return late == 1; }));
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(wide, 1) << "it has heard that before";
    publish(*service, {"lamp/online", "false"}).value();
    EXPECT_TRUE(eventually([&] { return wide == 2 && late == 2; }));
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(late, 2) << "the narrow subscription was only for the retained message";
}

TEST_F(MqttServiceTest, TellsWhenTheBrokerHasAMessage)
{
    std::atomic<bool> sent{false};
    ASSERT_TRUE(publish(*service, {"a/b", "x", 1}, [&] { sent = true; }));
    EXPECT_TRUE(eventually([&] { return sent.load(); }));
}

TEST_F(MqttServiceTest, WithdrawnHandlerHearsNothing)
{
    std::atomic<int> heard{0};
    auto subscription = service->subscribe("t", [&](const MqttMessage&) { ++heard; });
    std::this_thread::sleep_for(200ms);
    publish(*service, {"t", "1"}).value();
    ASSERT_TRUE(eventually([&] { return heard == 1; }));
    subscription.reset();
    publish(*service, {"t", "2"}).value();
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(heard, 1);
}

TEST_F(MqttServiceTest, AThrowingHandlerHarmsNobody)
{
    std::atomic<int> heard{0};
    const auto bad = service->subscribe("t", [](const MqttMessage&) { throw 7; });
    const auto good = service->subscribe("t", [&](const MqttMessage&) { ++heard; });
    std::this_thread::sleep_for(200ms);
    for (int i = 0; i < 3; ++i) publish(*service, {"t", "x"}).value();
    EXPECT_TRUE(eventually([&] { return heard == 3; }));
}

TEST_F(MqttServiceTest, ReconnectsAfterTheBrokerWasKilledAndSendsWhatWaited)
{
    std::atomic<int> heard{0};
    const auto subscription = service->subscribe("t/#", [&](const MqttMessage&) { ++heard; });
    std::this_thread::sleep_for(200ms);
    killBroker();
    ASSERT_TRUE(eventually([&] { return !service->connected(); }));
    std::atomic<int> sent{0};
    for (int i = 0; i < 20; ++i) publish(*service, {"t/" + std::to_string(i), "x", 1}, [&] { ++sent; }).value();
    EXPECT_TRUE(eventually([&] { return service->connected(); }));
    EXPECT_TRUE(eventually([&] { return sent == 20; }));
    // The subscription stands again as well: what is published from now on arrives.
    publish(*service, {"t/last", "x", 1}).value();
    EXPECT_TRUE(eventually([&] { return heard >= 1; }));
}

TEST_F(MqttServiceTest, KeepsRetainedMessagesWhenTheBrokerIsKilled)
{
    std::atomic<bool> sent{false};
    publish(*service, {"kept", "value", 1, true}, [&] { sent = true; }).value();
    ASSERT_TRUE(eventually([&] { return sent.load(); }));
    std::this_thread::sleep_for(2100ms); // autosave_interval 1
    killBroker();
    ASSERT_TRUE(eventually([&] { return !service->connected(); }));
    ASSERT_TRUE(eventually([&] { return service->connected(); }));
    std::atomic<int> heard{0};
    const auto subscription = service->subscribe("kept", [&](const MqttMessage& message) {
        EXPECT_TRUE(message.retained);
        ++heard;
    });
    EXPECT_TRUE(eventually([&] { return heard == 1; }));
}

TEST_F(MqttServiceTest, RefusesTopicsThatAreNoneAndAFullOutbox)
{
    EXPECT_EQ(publish(*service, {"a/+", "x"}).error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(publish(*service, {std::string("a\0b", 3), "x"}).error().code, ErrorCode::InvalidArgument);
    EXPECT_THROW((void)service->subscribe("a/#/b", [](const MqttMessage&) {}), std::invalid_argument);
    service->stop(0ms);
    Result<void> outcome;
    for (int i = 0; i < 20'000 && outcome; ++i) outcome = publish(*service, {"t", "x"});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::TooManyRequests);
}

TEST_F(MqttServiceTest, SurvivesDescriptorsAbove1024)
{
    // libmosquitto's own loop uses select(): with a descriptor above 1024 it ends silently (library-traps M1).
    std::vector<int> descriptors;
    for (int i = 0; i < 1200; ++i) descriptors.push_back(::dup(0));
    auto second = connect("atrium-test-high");
    std::atomic<int> heard{0};
    const auto subscription = second->subscribe("t", [&](const MqttMessage&) { ++heard; });
    std::this_thread::sleep_for(200ms);
    publish(*service, {"t", "x"}).value();
    EXPECT_TRUE(eventually([&] { return heard == 1; }));
    for (const int descriptor : descriptors) ::close(descriptor);
}

TEST_F(MqttServiceTest, BrokerSaysClearlyThatItsPortIsTaken)
{
    ManagedBroker twin(options, logging.component("broker"));
    try {
        twin.start();
        FAIL() << "the port is taken";
    }
    catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("mqtt.port"), std::string::npos) << error.what();
    }
}

} // namespace
} // namespace atrium::mqtt
