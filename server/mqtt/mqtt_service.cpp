#include "mqtt/mqtt_service.h"

namespace atrium::mqtt {

namespace {

bool hasWildcard(std::string_view filter) { return filter.find_first_of("+#") != std::string_view::npos; }

/// Whether every topic that matches `filter` also matches `other`, so that subscribing to `other` is enough. Brokers
/// may deliver a message once per overlapping subscription (MQTT 3.1.1 §3.3.5).
bool isCoveredBy(std::string_view filter, std::string_view other)
{
    if (filter == other) return false;
    for (;;) {
        if (other == "#") return !filter.starts_with('$');
        const auto slash = filter.find('/'), otherSlash = other.find('/');
        const auto level = filter.substr(0, slash), otherLevel = other.substr(0, otherSlash);
        if (level == "#" || (otherLevel != "+" && otherLevel != level)) return false;
        const bool ends = slash == std::string_view::npos, otherEnds = otherSlash == std::string_view::npos;
        if (ends || otherEnds) return ends && (otherEnds || other.substr(otherSlash + 1) == "#");
        filter.remove_prefix(slash + 1);
        other.remove_prefix(otherSlash + 1);
    }
}

} // namespace

MqttService::MqttService(BrokerAddress address, std::string clientId, runtime::CoreLoop& core, Log& log,
                         Metrics& metrics)
    : core_(core), log_(log),
      handlerErrors_(metrics.counter("atrium_mqtt_handler_errors_total", "Exceptions in handlers of MQTT messages")),
      refusedTopics_(metrics.counter("atrium_mqtt_topics_refused_total", "Messages whose topic is no clean UTF-8")),
      connection_(std::move(address), std::move(clientId),
                  ConnectionEvents{[this](std::shared_ptr<MessageBatch> batch) { receive(std::move(batch)); },
                                   [this](std::vector<std::uint64_t> tokens) {
                                       const auto tell = [this, tokens = std::move(tokens)] {
                                           for (const auto token : tokens)
                                               if (auto node = waiting_.extract(token); node && node.mapped())
                                                   node.mapped()();
                                       };
                                       if (!core_.runNow(tell)) core_.postWaiting(tell);
                                   },
                                   [this](bool connected) {
                                       core_.postWaiting([this, connected] {
                                           forgetRepeats();
                                           if (onConnection_) onConnection_(connected);
                                       });
                                   }},
                  log, metrics)
{}

MqttService::~MqttService()
{
    stop(std::chrono::milliseconds{0});
    core_.runAndWait([] {}); // what the connection has posted before still holds `this`
}

void MqttService::stop(std::chrono::milliseconds patience)
{
    {
        std::lock_guard lock(flowMutex_);
        stopped_ = true;
    }
    flow_.notify_all();
    connection_.stop(patience);
}

Subscription MqttService::subscribe(std::string filter, std::function<void(const MqttMessage&)> handler)
{
    if (!isValidTopicFilter(filter)) throw std::invalid_argument("not a valid MQTT topic filter: " + filter);
    auto entry = std::make_shared<Handler>();
    entry->call = std::move(handler);
    entry->isExact = !hasWildcard(filter);
    SharedText shared = filter;
    {
        std::lock_guard lock(mutex_);
        trie_.insert(filter, entry);
        const auto [known, isNew] = filters_.try_emplace(shared, 0);
        ++known->second;
        shared = known->first;
        if (isNew) newFilters_.insert(shared);
        ++generation_;
    }
    updateFilters();
    return Subscription([this, filter = std::move(shared), entry] {
        entry->gate.close();
        {
            std::lock_guard lock(mutex_);
            trie_.remove(filter, entry);
            if (--filters_[filter] == 0) {
                filters_.erase(filter);
                newFilters_.erase(filter);
                askedAgain_.erase(filter);
            }
            ++generation_;
        }
        updateFilters();
    });
}

void MqttService::updateFilters()
{
    {
        std::lock_guard lock(mutex_);
        if (std::exchange(filtersPending_, true)) return;
    }
    // Thousands of rules subscribe one after the other when they are loaded: the broker is told once, a turn later.
    if (!core_.post([this] { sendFilters(); })) sendFilters();
}

void MqttService::sendFilters()
{
    std::vector<SharedText> wanted, repeated;
    {
        std::lock_guard lock(mutex_);
        filtersPending_ = false;
        // Only a filter with a wildcard can cover another one, and those are few.
        std::vector<std::string_view> wide;
        for (const auto& [filter, count] : filters_)
            if (hasWildcard(filter)) wide.push_back(filter);
        for (const auto& entry : filters_) {
            const auto& filter = entry.first;
            const bool covered = std::any_of(wide.begin(), wide.end(),
                                             [&](std::string_view other) { return isCoveredBy(filter, other); });
            if (!covered) wanted.push_back(filter);
            else if (newFilters_.contains(filter)) {
                repeated.push_back(filter);
                if (!hasWildcard(filter)) askedAgain_.insert(filter);
            }
        }
        newFilters_.clear();
    }
    connection_.setFilters(std::move(wanted), std::move(repeated));
}

bool MqttService::isRepeated(std::string_view topic)
{
    std::lock_guard lock(mutex_);
    const auto found = askedAgain_.find(topic);
    if (found == askedAgain_.end()) return false;
    askedAgain_.erase(found);
    return true;
}

void MqttService::forgetRepeats()
{
    std::lock_guard lock(mutex_);
    askedAgain_.clear();
}

Result<void> MqttService::publish(MqttPublication publication, std::function<void()> sent)
{
    if (!isValidTopic(publication.topic))
        return makeError(ErrorCode::InvalidArgument, {"Sujet MQTT invalide", "Invalid MQTT topic"}, publication.topic);
    const auto token = sent ? nextToken_++ : 0;
    if (sent) waiting_.emplace(token, std::move(sent));
    if (!connection_.publish(std::move(publication), token)) {
        waiting_.erase(token);
        return makeError(ErrorCode::TooManyRequests, {"File d'envoi MQTT pleine", "The MQTT outbox is full"});
    }
    return {};
}

void MqttService::receive(std::shared_ptr<MessageBatch> batch)
{
    // A flood is decoded by core while this thread reads on; a few messages are sooner decoded here than handed over.
    if (batch->entries.size() <= fewMessages && core_.runNow([&] { dispatch(*batch); })) return;
    {
        std::unique_lock lock(flowMutex_);
        flow_.wait(lock,
                   [this] { return stopped_ || (batchesToCore_ < maxBatchesToCore && bytesToCore_ < maxBytesToCore); });
        ++batchesToCore_;
        bytesToCore_ += batch->bytes.size();
    }
    const auto leave = [this](const MessageBatch& left) {
        std::lock_guard lock(flowMutex_);
        --batchesToCore_;
        bytesToCore_ -= left.bytes.size();
    };
    const bool posted = core_.postWaiting([this, batch, leave] {
        dispatch(*batch);
        leave(*batch);
        flow_.notify_one();
    });
    if (!posted) leave(*batch);
}

void MqttService::dispatch(const MessageBatch& batch)
{
    for (const auto& entry : batch.entries) {
        const auto topic = batch.topic(entry);
        const MqttMessage message{topic, batch.payload(entry), entry.retained, batch.receivedAt};
        // A copy: a handler may subscribe, which forgets all remembered topics.
        const Handlers handlers = handlersOf(topic);
        // What others have heard already is told only to who has just come.
        const bool onlyExact = entry.retained && isRepeated(topic);
        for (const auto& handler : handlers) {
            if (onlyExact && !handler->isExact) continue;
            try {
                handler->gate.pass([&] { handler->call(message); });
            }
            catch (const std::exception& error) {
                handlerErrors_.add();
                log_.error("a handler failed", {{"topic", topic}, {"reason", error.what()}});
            }
            catch (...) {
                handlerErrors_.add();
                log_.error("a handler failed", {{"topic", topic}});
            }
        }
    }
}

const MqttService::Handlers& MqttService::handlersOf(std::string_view topic)
{
    std::lock_guard lock(mutex_);
    if (knownGeneration_ != generation_ || known_.size() >= topicMemory) {
        known_.clear();
        knownGeneration_ = generation_;
    }
    if (const auto found = known_.find(topic); found != known_.end()) return found->second;
    Handlers handlers;
    if (isCleanUtf8(topic)) trie_.match(topic, handlers);
    else refusedTopics_.add();
    return known_.emplace(std::string(topic), std::move(handlers)).first->second;
}

} // namespace atrium::mqtt
