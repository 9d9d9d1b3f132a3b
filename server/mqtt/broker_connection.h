#pragma once

#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/mqtt.h"
#include "atrium/shared_text.h"
#include "mqtt/broker_url.h"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

struct mosquitto;
struct mosquitto_message;

namespace atrium::mqtt {

/// Messages that arrived together, copied once into one buffer.
struct MessageBatch {
    struct Entry {
        std::size_t topicOffset, topicSize, payloadOffset, payloadSize;
        bool retained;
    };
    std::string bytes;
    std::vector<Entry> entries;
    UtcTime receivedAt{};

    std::string_view topic(const Entry& entry) const
    {
        return std::string_view(bytes).substr(entry.topicOffset, entry.topicSize);
    }
    std::string_view payload(const Entry& entry) const
    {
        return std::string_view(bytes).substr(entry.payloadOffset, entry.payloadSize);
    }
};

/// What the connection tells; every call comes from the thread `mqtt`.
struct ConnectionEvents {
    /// May wait: then nothing more is read, and the broker keeps what it has. QoS 1 messages are acknowledged as they
    /// are read.
    std::function<void(std::shared_ptr<MessageBatch>)> messages;
    /// The broker has the messages with these tokens.
    std::function<void(std::vector<std::uint64_t>)> sent;
    std::function<void(bool connected)> connection;
};

/// The connection to the broker: its own loop on poll in the thread `mqtt`, reconnecting for ever with a growing pause,
/// a persistent session, and a bounded outbox (10,000 messages and 16 MiB; at most 100 unacknowledged at the broker).
/// libmosquitto's own loops end silently on some errors and with descriptors above 1024 (library-traps M1, M2).
class BrokerConnection {
public:
    static constexpr std::size_t outboxMessages = 10'000;
    static constexpr std::size_t outboxBytes = 16 * 1024 * 1024;
    static constexpr std::size_t maxInFlight = 100;
    /// A batch is handed on with so many messages, or when it holds so many bytes.
    static constexpr std::size_t maxBatch = 256;
    static constexpr std::size_t maxBatchBytes = 256 * 1024;

    BrokerConnection(BrokerAddress address, std::string clientId, ConnectionEvents events, Log& log, Metrics& metrics);
    ~BrokerConnection();

    void start();
    /// Sends what the broker takes within `patience`, then disconnects. Idempotent.
    void stop(std::chrono::milliseconds patience);

    /// Sends a message, or queues it when others wait before it; false when the outbox is full. The event `sent` names
    /// `token` later, unless that is 0. Thread: any.
    bool publish(MqttPublication publication, std::uint64_t token);
    /// The filters to be subscribed to from now on, at QoS 1. The retained messages of `repeated`
    /// are asked for once more, though wider filters cover them. Thread: any.
    void setFilters(std::vector<SharedText> filters, std::vector<SharedText> repeated = {});

    bool connected() const { return connected_; }
    std::size_t queued() const;

private:
    struct Outgoing {
        MqttPublication publication;
        std::uint64_t token;
    };

    void run();
    bool connectOnce();
    void serve();
    bool readMessages();
    void releaseOutbox();
    bool sendDirectly(const Outgoing& outgoing);
    /// Gives a message to the library; false when there is no connection. Holds library_.
    bool hand(const Outgoing& outgoing);
    bool isDrained() const;
    void syncFilters();
    void deliver();
    void wake();
    void pause(std::chrono::milliseconds duration);
    bool stopping() const { return stopping_; }

    void onConnect(int result);
    void onDisconnect();
    void onMessage(const mosquitto_message& message) noexcept;
    void onPublish(int messageId) noexcept;

    const BrokerAddress address_;
    const std::string clientId_;
    ConnectionEvents events_;
    Log& log_;
    Counter& received_;
    Counter& published_;
    Counter& reconnects_;
    Gauge& connectedGauge_;

    mosquitto* client_ = nullptr;
    int wakeDescriptor_ = -1;
    std::thread thread_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> connected_{false};
    std::atomic<SteadyTime> drainUntil_{SteadyTime{}};

    mutable std::mutex mutex_;
    std::deque<Outgoing> outbox_;
    std::size_t outboxSize_ = 0;
    std::vector<SharedText> wantedFilters_;
    std::vector<SharedText> repeatedFilters_;
    bool filtersChanged_ = false;

    /// Held around every call of the library, so that a publisher may call it in the place of the thread `mqtt`: a
    /// socket cannot be closed, and its number given to somebody else, while another thread writes to it.
    std::mutex library_;
    std::unordered_map<int, std::uint64_t> inFlight_; // library_
    std::vector<std::uint64_t> sent_;                 // library_

    // Thread mqtt only.
    std::vector<SharedText> subscribed_;
    std::shared_ptr<MessageBatch> batch_;
    bool progress_ = false;
    bool announced_ = false; ///< events_.connection(true) was said and not yet taken back
    bool refused_ = false;
};

} // namespace atrium::mqtt
