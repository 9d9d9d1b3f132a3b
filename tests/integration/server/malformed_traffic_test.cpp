// A hundred thousand messages that no device would send, against the whole process: each is counted once, none changes
// anything.
#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int messages = 10'000;
#else
constexpr int messages = 100'000;
#endif
/// How long is measured by the benchmarks: this one tells a queue that is worked off from one that stands.
constexpr auto promptly = 3s;

struct Malformed {
    std::string topic, payload;
    bool isCounted = true; ///< a topic that means nothing to anybody is not
};

/// Makes each message from a fixed seed: a failing run can be repeated.
class Generator {
public:
    Malformed next()
    {
        switch (random() % 14) {
        case 0: return {"aurion/devices/1/status", notJson()};
        case 1: return {"aurion/devices/1/status", pick({"[1,2]", "\"on\"", "17", "null", "true"})};
        case 2: return {"aurion/devices/1/status", wrongValue()};
        case 3: return {"aurion/devices/" + strangeId() + "/status", R"({"status":true})"};
        case 4: return {"homeassistant/switch/good-1/config", notJson()};
        case 5:
            return {"homeassistant/switch/bad-" + number() + "/config",
                    R"({"name":"no command topic","state_topic":"x"})"};
        case 6:
            return {"homeassistant/sensor/bad-" + number() + "/config",
                    R"({"state_topic":"x","value_template":")" + brokenTemplate() + R"("})"};
        case 7: return {"good/1/celsius", pick({"warm", "1,5", "0x", "twelve", "--3"})};
        case 8: return {"good/1/json", pick({"{", "[]", "{\"other\":1}", "text"})};
        case 9: return {"tasmota/discovery/0200000040DD/config", notJson()};
        case 10: return {"tele/good-tasmota/SENSOR", notJson()};
        case 11: return {"homie/5/good-homie/n/level", pick({"high", "1e999", "105", "-1", "2.5", ""})};
        case 12: return {"shellies/good-shelly/relay/0", pick({"maybe", "ON", "2", "\xff\xfe"})};
        default: return {pick({"nobody/", "homeassistant/", "aurion/", "tele/", "x/y/z/"}) + number(), text(40), false};
        }
    }

private:
    std::size_t random() { return static_cast<std::size_t>(engine_()); }
    std::string pick(std::initializer_list<const char*> words) { return *(words.begin() + random() % words.size()); }
    std::string number() { return std::to_string(random() % 1000); }
    std::string text(std::size_t most)
    {
        std::string bytes(1 + random() % most, '\0');
        for (auto& c : bytes) c = static_cast<char>(random());
        return bytes;
    }
    /// Never a JSON document, whatever the dice say.
    std::string notJson()
    {
        switch (random() % 6) {
        case 0: return R"({"status":true)";
        case 1: return "{\"a\":\"\xc3\x28\"}";
        case 2: return std::string(40, '[') + std::string(40, ']');
        case 3: return R"({"status":true,"status":false})";
        case 4: return R"({"power":NaN})";
        default: return "!" + text(200);
        }
    }
    /// One value of the wrong kind for an attribute that the device has.
    std::string wrongValue()
    {
        return pick({R"({"status":"maybe"})", R"({"power":"much"})", R"({"power":true})", R"({"status":7})",
                     R"({"level":"bright"})"});
    }
    std::string strangeId()
    {
        return pick({"999", "-1", "1x", "99999999999999999999", " 1", "é", "1 or 1=1", "..", "%s%n", "NaN"}) +
               (random() % 2 ? "" : number() + "?");
    }
    std::string brokenTemplate()
    {
        return pick({"{{ value", "{% if x %}", "{{ value | no_such_filter }}", "{{ 1 + }}", "{% endif %}"});
    }

    std::mt19937 engine_{20261121};
};

class MalformedTrafficTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        server.start();
        server.signIn();
    }
    double counter(const std::string& prefix)
    {
        double sum = 0;
        std::istringstream text(server.get("/metrics").text);
        for (std::string line; std::getline(text, line);)
            if (line.starts_with(prefix)) sum += std::stod(line.substr(line.rfind(' ') + 1));
        return sum;
    }
    double refused()
    {
        return counter("atrium_device_messages_refused_total") + counter("atrium_device_values_refused_total");
    }
    /// Everything that is known of every device, but for the time of the last message.
    std::string everything()
    {
        std::string all;
        const auto list = server.get("/api/devices");
        for (const auto& device : list.body.list()) {
            auto detail = server.get("/api/devices/" + std::to_string(device.integerOr("id", 0))).body;
            detail.object().erase("lastSeen");
            if (Value* attributes = detail.object().find("attributes"))
                for (const auto& [name, attribute] : Object(attributes->object())) {
                    Object kept = attribute.object();
                    kept.erase("reportedAt");
                    attributes->object().set(name, kept);
                }
            all += toJson(detail) + '\n';
        }
        return all;
    }
    void announceGoodDevices(MqttPeer& device)
    {
        device.publish("homeassistant/switch/good-1/config",
                       R"({"name":"Good","unique_id":"good-1","command_topic":"good/1/set","state_topic":"good/1"})");
        device.publish(
            "homeassistant/sensor/good-c/config",
            R"({"name":"Celsius","unique_id":"good-c","state_topic":"good/1/celsius","unit_of_measurement":"°C"})");
        device.publish(
            "homeassistant/sensor/good-j/config",
            R"({"name":"Json","unique_id":"good-j","state_topic":"good/1/json","value_template":"{{ value_json.a.b }}"})");
        device.publish(
            "tasmota/discovery/0200000040DD/config",
            R"({"dn":"Good Tasmota","fn":["T"],"hn":"t","mac":"0200000040DD","md":"T","ofln":"Offline","onln":"Online","state":["OFF","ON","TOGGLE","HOLD"],"sw":"14","t":"good-tasmota","ft":"%prefix%/%topic%/","tp":["cmnd","stat","tele"],"rl":[1,0],"so":{},"lt_st":0,"ver":1})");
        device.publish("homie/5/good-homie/$state", "init");
        device.publish(
            "homie/5/good-homie/$description",
            R"({"homie":"5.0","version":1,"name":"Good Homie","nodes":{"n":{"name":"N","properties":{"level":{"name":"Level","datatype":"integer","format":"0:100"}}}}})");
        device.publish("homie/5/good-homie/$state", "ready");
        device.publish("shellies/announce",
                       R"({"id":"good-shelly","model":"SHSW-1","mac":"0200000050EE","fw_ver":"1"})");
        device.publish("shellies/good-shelly/relay/0", "on");
        std::this_thread::sleep_for(3s); // the last of them is announced after two seconds
        device.publish("good/1", "ON");
        device.publish("good/1/celsius", "20.5");
        device.publish("good/1/json", R"({"a":{"b":"kept"}})");
        device.publish("tele/good-tasmota/LWT", "Online");
        device.publish("homie/5/good-homie/n/level", "40");
        device.publish("aurion/devices/1/status", R"({"status":true,"power":42.5,"level":10})");
        std::this_thread::sleep_for(500ms);
    }

    ServerProcess server{{"plugins.devices.demo=true"}};
};

TEST_F(MalformedTrafficTest, EachMessageIsCountedOnceAndNoneChangesAnything)
{
    MqttPeer device(server.mqttPort(), "malformed", "nothing");
    announceGoodDevices(device);
    const auto before = everything();
    ASSERT_NE(before.find("good-homie"), std::string::npos);
    ASSERT_NE(before.find("good-shelly"), std::string::npos);
    ASSERT_NE(before.find("Good Tasmota"), std::string::npos);
    const double countedBefore = refused(), heardBefore = counter("atrium_mqtt_messages_total{direction=\"in\"}");

    Generator generator;
    long counted = 0;
    for (int i = 0; i < messages; ++i) {
        auto message = generator.next();
        counted += message.isCounted;
        while (!device.tryPublish(message.topic, message.payload)) std::this_thread::sleep_for(1ms);
    }
    ASSERT_TRUE(eventually([&] { return device.queued() == 0; }, 60s));

    const auto sent = std::chrono::steady_clock::now();
    device.publish("aurion/devices/2/status", R"({"status":true,"power":12.25})");
    EXPECT_TRUE(eventually([&] { return server.get("/api/devices/2").text.find("12.25") != std::string::npos; }, 10s));
    EXPECT_LT(std::chrono::steady_clock::now() - sent, promptly) << "the next good message is late";

    EXPECT_GE(counter("atrium_mqtt_messages_total{direction=\"in\"}") - heardBefore, static_cast<double>(counted));
    EXPECT_EQ(refused() - countedBefore, static_cast<double>(counted));
    const auto after = everything();
    const auto second = [](const std::string& all) { return all.substr(all.find('\n') + 1); };
    // The second device was meant to change.
    const auto without = [&](const std::string& all) { return all.substr(0, all.find('\n')) + second(second(all)); };
    EXPECT_EQ(without(after), without(before));
    EXPECT_EQ(server.stop(), 0);
}

} // namespace
} // namespace atrium::testing
