// Every fifth command never reaches its device and every fifth report never reaches the server: what is shown in the
// end is what is, or somebody is told.
#include "support/server/lamp_peer.h"
#include "support/server/server_process.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

constexpr int lamps = 120;

/// Lamps behind a bad radio. They speak the house's own convention.
class LossyLamps {
public:
    explicit LossyLamps(int port) : peer_(port, "lossy") {}

    /// Takes what came since the last call.
    void work()
    {
        peer_.takeCommands([this](int id, const Value& command) {
            if (isLost()) return;
            if (const Value* status = command.find("status")) isOn[id] = status->boolean();
            if (const Value* level = command.find("level")) levels[id] = level->integer();
            report(id, isLost());
        });
    }
    void report(int id, bool isDropped = false)
    {
        if (!isDropped) peer_.report(id, {{"status", isOn[id]}, {"level", levels[id]}});
    }

    std::map<int, bool> isOn;
    std::map<int, std::int64_t> levels;
    int lost = 0;

private:
    bool isLost()
    {
        const bool is = dice_() % 5 == 0;
        lost += is;
        return is;
    }
    std::mt19937 dice_{4};
    LampPeer peer_;
};

TEST(LostMessagesTest, WhatIsShownIsRightOrAnAlertIsRaised)
{
    ServerProcess server;
    server.start();
    server.signIn();
    LossyLamps house(server.mqttPort());
    for (int i = 1; i <= lamps; ++i) {
        const auto made = server.post(
            "/api/devices", Object{{"name", "Lamp " + std::to_string(i)}, {"type", "light"}, {"room", "Hall"}});
        ASSERT_EQ(made.status, 201) << made.text;
        house.report(static_cast<int>(made.body.integerOr("id", 0)));
    }
    std::this_thread::sleep_for(500ms);
    std::map<int, bool> wished;
    for (int i = 1; i <= lamps; ++i) {
        wished[i] = i % 3 != 0;
        const auto sent =
            server.post("/api/devices/" + std::to_string(i) + "/commands",
                        Object{{"command", wished[i] ? "on" : "off"}, {"arguments", Object{{"level", i % 100}}}});
        ASSERT_EQ(sent.status, 200) << sent.text;
        house.work();
    }
    // Three sendings of five seconds each, and nothing is open any more.
    const auto end = std::chrono::steady_clock::now() + 25s;
    const auto isOpen = [&] {
        return server.get("/metrics").text.find("atrium_queue_depth{queue=\"open_commands\"} 0\n") == std::string::npos;
    };
    for (int i = 0; std::chrono::steady_clock::now() < end && (i < 20 || isOpen()); ++i) {
        house.work();
        std::this_thread::sleep_for(50ms);
    }
    EXPECT_FALSE(isOpen());
    std::this_thread::sleep_for(500ms);
    EXPECT_GT(house.lost, lamps / 4) << "the radio was good";

    const std::string alerts = server.get("/api/security/alerts").text;
    int right = 0, alerted = 0;
    for (int i = 1; i <= lamps; ++i) {
        const auto device = server.get("/api/devices/" + std::to_string(i)).body;
        const bool shown = device.booleanOr("status", false);
        const bool isAlerted = alerts.find("\"command-failed:" + std::to_string(i) + ":\"") != std::string::npos ||
                               alerts.find("Lamp " + std::to_string(i) + " ") != std::string::npos;
        const bool isRight = shown == house.isOn[i] && house.isOn[i] == wished[i] && !device.booleanOr("assumed", true);
        right += isRight;
        alerted += !isRight && isAlerted;
        EXPECT_TRUE(isRight || isAlerted)
            << "lamp " << i << " shows " << shown << ", is " << house.isOn[i] << ", should be " << wished[i] << "\n"
            << toJson(device);
    }
    EXPECT_EQ(right + alerted, lamps);
    EXPECT_GT(right, lamps * 85 / 100) << "repeating should save most";
    RecordProperty("right", right);
    RecordProperty("alerted", alerted);
    std::printf("%d lamps right, %d alerted, %d messages lost\n", right, alerted, house.lost);
}

} // namespace
} // namespace atrium::testing
