#include "support/server/mqtt_peer.h"

#include <stdexcept>
#include <thread>

namespace atrium::testing {

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit)
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
}

MqttPeer::MqttPeer(int port, const std::string& clientId, const std::string& filter)
    : connection_({"127.0.0.1", port}, clientId,
                  {[this](std::shared_ptr<mqtt::MessageBatch> batch) {
                       std::lock_guard lock(mutex_);
                       for (const auto& entry : batch->entries)
                           received_.push_back(std::string(batch->topic(entry)) + ' ' +
                                               std::string(batch->payload(entry)));
                   },
                   [](std::vector<std::uint64_t>) {}, [](bool) {}},
                  logging_.component("peer"), metrics_)
{
    const std::string probe = "peer/" + clientId + "/ready";
    connection_.setFilters({filter, probe});
    connection_.start();
    // Our own message comes back only when the subscription stands.
    const bool ready = eventually([&] {
        if (!connection_.connected()) return false;
        publish(probe, "x");
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        return !received().empty();
    });
    if (!ready) throw std::runtime_error("no broker at port " + std::to_string(port));
}

MqttPeer::~MqttPeer() { connection_.stop(std::chrono::seconds{1}); }

void MqttPeer::publish(const std::string& topic, const std::string& payload)
{
    connection_.publish({topic, payload, 1}, 1);
}

bool MqttPeer::tryPublish(const std::string& topic, const std::string& payload)
{
    return connection_.publish({topic, payload, 1}, 1);
}

std::vector<std::string> MqttPeer::received() const
{
    std::lock_guard lock(mutex_);
    return received_;
}

bool MqttPeer::hears(const std::string& topicAndPayload) const
{
    return eventually([&] {
        const auto all = received();
        return std::find(all.begin(), all.end(), topicAndPayload) != all.end();
    });
}

} // namespace atrium::testing
