#pragma once

#include "mqtt/broker_connection.h"
#include "observability/logging.h"
#include "observability/metrics_registry.h"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace atrium::testing {

/// A device, or anybody else, at the broker of a test. Thread: the test's.
class MqttPeer {
public:
    /// Connects without an account and subscribes to `filter`; returns when the subscription stands.
    MqttPeer(int port, const std::string& clientId, const std::string& filter);
    ~MqttPeer();

    void publish(const std::string& topic, const std::string& payload);
    /// False when the peer's outbox is full: try again.
    bool tryPublish(const std::string& topic, const std::string& payload);
    /// Messages that have not been sent.
    std::size_t queued() const { return connection_.queued(); }
    /// All messages so far, as `topic payload`.
    std::vector<std::string> received() const;
    /// Waits until a message is exactly this; false after five seconds.
    bool hears(const std::string& topicAndPayload) const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> received_;
    observability::Logging logging_{observability::LogFormat::Human, LogLevel::Error};
    observability::MetricsRegistry metrics_;
    mqtt::BrokerConnection connection_;
};

/// Waits until `condition` holds; false after `limit`.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds{15});

} // namespace atrium::testing
