#pragma once

#include "support/server/mqtt_peer.h"

#include "atrium/json.h"

namespace atrium::testing {

/// Lamps at the broker of a test that speak the house's own convention. Thread: the test's.
class LampPeer {
public:
    LampPeer(int port, const std::string& clientId) : peer_(port, clientId, "aurion/devices/+/command") {}

    /// Hands on the commands that came since the last call, with the id of the lamp.
    void takeCommands(const std::function<void(int id, const Value& command)>& take)
    {
        const auto all = peer_.received();
        for (; taken_ < all.size(); ++taken_) {
            constexpr std::string_view head = "aurion/devices/";
            const std::string& text = all[taken_];
            if (!text.starts_with(head)) continue;
            take(std::stoi(text.substr(head.size())), parseJson(text.substr(text.find(' ') + 1)).value());
        }
    }
    void report(int id, const Object& state)
    {
        peer_.publish("aurion/devices/" + std::to_string(id) + "/status", toJson(state));
    }

private:
    MqttPeer peer_;
    std::size_t taken_ = 0;
};

} // namespace atrium::testing
