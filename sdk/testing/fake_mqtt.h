#pragma once

#include "atrium/clock.h"
#include "atrium/mqtt.h"
#include "testing/handler_list.h"

#include <stdexcept>
#include <vector>

namespace atrium::testing {

/// A broker connection without a broker: the test delivers messages and reads what was published. Thread: the test's.
class FakeMqtt : public Mqtt {
public:
    explicit FakeMqtt(const Clock& clock) : clock_(clock) {}

    Subscription subscribe(std::string filter, std::function<void(const MqttMessage&)> handler) override
    {
        if (!isValidTopicFilter(filter)) throw std::invalid_argument("not a topic filter: " + filter);
        return handlers_.add([filter = std::move(filter), handler = std::move(handler)](const MqttMessage& message) {
            if (matches(filter, message.topic)) handler(message);
        });
    }
    Result<void> publish(MqttPublication publication, std::function<void()> sent = {}) override
    {
        if (!isValidTopic(publication.topic)) return makeError(ErrorCode::InvalidArgument, {}, "topic");
        published.push_back(std::move(publication));
        if (sent) sent();
        return {};
    }
    bool connected() const override { return isConnected; }

    /// A message arrives from the broker.
    void deliver(std::string_view topic, std::string_view payload)
    {
        handlers_.call(MqttMessage{topic, payload, false, clock_.now()});
    }

    /// MQTT 3.1.1 §4.7: `+` is one level, `#` the rest; topics that start with `$` match no leading wildcard.
    static bool matches(std::string_view filter, std::string_view topic)
    {
        if (!topic.empty() && topic.front() == '$' && !filter.empty() && filter.front() != '$') return false;
        for (;;) {
            const auto filterEnd = filter.find('/');
            const auto topicEnd = topic.find('/');
            const auto level = filter.substr(0, filterEnd);
            if (level == "#") return true;
            if (level != "+" && level != topic.substr(0, topicEnd)) return false;
            if (topicEnd == std::string_view::npos)
                return filterEnd == std::string_view::npos || filter.substr(filterEnd) == "/#";
            if (filterEnd == std::string_view::npos) return false;
            filter.remove_prefix(filterEnd + 1);
            topic.remove_prefix(topicEnd + 1);
        }
    }

    std::vector<MqttPublication> published;
    bool isConnected = true;

private:
    const Clock& clock_;
    HandlerList<const MqttMessage&> handlers_;
};

} // namespace atrium::testing
