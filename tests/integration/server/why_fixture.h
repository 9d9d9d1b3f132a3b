#pragma once

#include "atrium/json.h"
#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

namespace atrium::testing {

using namespace std::chrono_literals;

/// A server with the demo devices, a device at its broker, and one automation that does not run.
class WhyTest : public ::testing::Test {
protected:
    WhyTest() : server(keys())
    {
        server.start();
        server.signIn();
        peer = std::make_unique<MqttPeer>(server.mqttPort(), "peer", "did/#");
        report(R"({"status":false,"power":20})");
        EXPECT_TRUE(eventually([&] {
            const auto device = server.get("/api/devices/7").body;
            return toJson(device).find("\"power\":20") != std::string::npos;
        }));
    }
    static std::vector<std::string> keys()
    {
        auto keys = demoKeysFor(Store::Sqlite);
        keys.push_back("automations.effects=20");
        return keys;
    }
    /// Saves an automation over REST; its id. A text that does not load goes to a file.
    void save(const std::string& source)
    {
        const auto answer = server.post("/api/automations", Object{{"name", "fault"}, {"source", source}});
        ASSERT_EQ(answer.status, 201) << answer.text;
        id = answer.body.integerOr("id", 0);
        ASSERT_TRUE(eventually([&] { return at("").body.textOr("state", "") == "active"; }));
        // A subscription reaches the broker a moment after the rule is there.
        if (source.find("mqtt ") != std::string::npos) std::this_thread::sleep_for(200ms);
    }
    void saveFile(const std::string& source)
    {
        std::ofstream(server.dataFolder() + "/automations/fault.lua") << source;
        ASSERT_TRUE(eventually([&] {
            const auto list = server.get("/api/automations").body;
            for (const auto& one : list.find("automations")->list())
                if (one.textOr("name", "") == "fault" && one.textOr("state", "") != "loading")
                    id = one.integerOr("id", 0);
            return id != 0;
        }));
    }
    HttpAnswer at(const std::string& path, const Headers& headers = {})
    {
        return server.request("GET", "/api/automations/" + std::to_string(id) + path, {}, headers);
    }
    void report(const std::string& payload) { peer->publish("aurion/devices/7/status", payload); }

    void publishUntil(const std::string& topic, const std::string& code)
    {
        EXPECT_TRUE(eventually([&] {
            peer->publish(topic, "1");
            std::this_thread::sleep_for(100ms);
            return at("/why").text.find('"' + code + '"') != std::string::npos;
        })) << code
            << ": " << at("/why").text;
    }

    /// The facts of the cause with this code, once it is there.
    Value cause(const std::string& code)
    {
        Value facts;
        std::string last;
        EXPECT_TRUE(eventually(
            [&] {
                const auto answer = at("/why");
                last = answer.text;
                const Value* rules = answer.body.find("rules");
                const Value* causes = rules && rules->isList() && !rules->list().empty()
                                          ? rules->list()[0].find("causes")
                                          : answer.body.find("causes");
                for (const auto& one : causes ? causes->list() : List{}) {
                    if (one.textOr("code", "") != code) continue;
                    facts = *one.find("facts");
                    EXPECT_FALSE(one.textOr("text", "").empty());
                    return true;
                }
                return false;
            },
            5s))
            << code << " is not among the causes: " << last;
        return facts;
    }
    static double number(const Value& facts, const char* name)
    {
        const Value* value = facts.find(name);
        return value ? value->ifNumber().value_or(-1) : -1;
    }

    ServerProcess server;
    std::unique_ptr<MqttPeer> peer;
    std::int64_t id = 0;
};

inline std::string onPower(const std::string& test, const std::string& rest = "")
{
    return "local plug = device \"cuisine/prise\"\nrule \"R\" { on = { plug.power" + test + " }, " + rest +
           "run = function() mqtt.publish(\"did/it\", \"1\") end }";
}

} // namespace atrium::testing
