#pragma once

#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/mqtt.h"
#include "mqtt/broker_connection.h"
#include "mqtt/topic_trie.h"
#include "runtime/call_gate.h"
#include "runtime/core_loop.h"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>

namespace atrium::mqtt {

/// MQTT as plugins see it: hands batches from the thread `mqtt` to core, where a topic is looked up once and
/// remembered.
class MqttService : public Mqtt {
public:
    /// Batches on their way to core. Policy when it is reached: the thread `mqtt` waits, so the broker keeps the rest.
    static constexpr std::size_t maxBatchesToCore = 64;
    static constexpr std::size_t maxBytesToCore = 4 * 1024 * 1024;
    /// At most so many messages are worth decoding on the thread that received them.
    static constexpr std::size_t fewMessages = 4;
    /// Topics whose handlers are remembered; the memory is emptied when it is full.
    static constexpr std::size_t topicMemory = 50'000;

    MqttService(BrokerAddress address, std::string clientId, runtime::CoreLoop& core, Log& log, Metrics& metrics);
    ~MqttService() override;

    void start() { connection_.start(); }
    void stop(std::chrono::milliseconds patience);

    Subscription subscribe(std::string filter, std::function<void(const MqttMessage&)> handler) override;
    Result<void> publish(MqttPublication publication, std::function<void()> sent = {}) override;
    bool connected() const override { return connection_.connected(); }

    /// Called on core when the connection comes or goes. Thread: before start().
    void onConnection(std::function<void(bool connected)> handler) { onConnection_ = std::move(handler); }

private:
    struct Handler {
        runtime::CallGate gate;
        std::function<void(const MqttMessage&)> call;
        bool isExact = false; ///< its filter has no wildcard
    };
    using HandlerPtr = std::shared_ptr<Handler>;
    using Handlers = std::vector<HandlerPtr>;
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    void receive(std::shared_ptr<MessageBatch> batch);
    void dispatch(const MessageBatch& batch);
    const Handlers& handlersOf(std::string_view topic);
    bool isRepeated(std::string_view topic);
    void forgetRepeats();
    void updateFilters();
    void sendFilters();

    runtime::CoreLoop& core_;
    Log& log_;
    Counter& handlerErrors_;
    Counter& refusedTopics_;

    std::mutex mutex_;
    TopicTrie<HandlerPtr> trie_;
    std::map<SharedText, std::size_t, std::less<>> filters_;
    std::uint64_t generation_ = 0;
    bool filtersPending_ = false;
    std::set<SharedText, std::less<>> newFilters_; ///< since the broker was last told
    std::set<SharedText, std::less<>> askedAgain_; ///< topics whose retained message was heard by others before

    // Core only.
    std::unordered_map<std::string, Handlers, TextHash, std::equal_to<>> known_;
    std::uint64_t knownGeneration_ = 0;
    std::unordered_map<std::uint64_t, std::function<void()>> waiting_;
    std::uint64_t nextToken_ = 1;
    std::function<void(bool)> onConnection_;

    std::mutex flowMutex_;
    std::condition_variable flow_;
    std::size_t batchesToCore_ = 0;
    std::size_t bytesToCore_ = 0;
    bool stopped_ = false;

    BrokerConnection connection_;
};

} // namespace atrium::mqtt
