#pragma once

#include "atrium/result.h"
#include "atrium/subscription.h"
#include "atrium/time.h"

#include <functional>
#include <string>
#include <string_view>

namespace atrium {

/// One message from the broker; the views live as long as the call. The topic is clean UTF-8, the payload any bytes.
struct MqttMessage {
    std::string_view topic;
    std::string_view payload;
    bool retained = false;
    UtcTime receivedAt{};
};

/// One message to the broker.
struct MqttPublication {
    std::string topic;
    std::string payload;
    int qos = 1;
    bool retain = false;
};

/// The broker connection, shared by all plugins.
class Mqtt {
public:
    virtual ~Mqtt() = default;

    /// Calls `handler` for each message that matches `filter` (MQTT 3.1.1 §4.7 wildcards). Thread: any; runs on core.
    virtual Subscription subscribe(std::string filter, std::function<void(const MqttMessage&)> handler) = 0;

    /// Queues a message; the outbox is bounded and keeps it while the broker is away. Errors: InvalidArgument (topic),
    /// TooManyRequests (outbox full). `sent` is called on core when the broker has the message (QoS 1 and 2: it
    /// acknowledged). Messages to devices that must survive a crash go through Commands. Thread: core.
    virtual Result<void> publish(MqttPublication publication, std::function<void()> sent = {}) = 0;

    /// Thread: any.
    virtual bool connected() const = 0;
};

/// Whether `filter` is a valid subscription, and whether `topic` is a valid topic to publish to (clean UTF-8, at most
/// 65,535 bytes, no wildcards, not empty; MQTT 3.1.1 §4.7). Thread: any.
bool isValidTopicFilter(std::string_view filter);
bool isValidTopic(std::string_view topic);

} // namespace atrium
