#include "mqtt/broker_connection.h"

#include "runtime/system_clock.h"

#include <algorithm>
#include <iterator>
#include <mosquitto.h>

namespace atrium::mqtt {

namespace {
constexpr int subscriptionQos = 1;
} // namespace

bool BrokerConnection::publish(MqttPublication publication, std::uint64_t token)
{
    Outgoing outgoing{std::move(publication), token};
    if (sendDirectly(outgoing)) return true;
    const std::size_t size = outgoing.publication.topic.size() + outgoing.publication.payload.size();
    {
        std::lock_guard lock(mutex_);
        if (outbox_.size() >= outboxMessages || outboxSize_ + size > outboxBytes) return false;
        outboxSize_ += size;
        outbox_.push_back(std::move(outgoing));
    }
    wake();
    return true;
}

bool BrokerConnection::sendDirectly(const Outgoing& outgoing)
{
    if (!connected_ || stopping()) return false;
    // Never waits: while the thread `mqtt` is at work the outbox is as quick.
    const std::unique_lock library(library_, std::try_to_lock);
    if (!library || !connected_ || inFlight_.size() >= maxInFlight || queued() > 0) return false;
    if (!hand(outgoing)) return false;
    if (!sent_.empty() || mosquitto_want_write(client_)) wake();
    return true;
}

void BrokerConnection::setFilters(std::vector<SharedText> filters, std::vector<SharedText> repeated)
{
    std::sort(filters.begin(), filters.end());
    {
        std::lock_guard lock(mutex_);
        wantedFilters_ = std::move(filters);
        repeatedFilters_.insert(repeatedFilters_.end(), repeated.begin(), repeated.end());
        filtersChanged_ = true;
    }
    wake();
}

std::size_t BrokerConnection::queued() const
{
    std::lock_guard lock(mutex_);
    return outbox_.size();
}

void BrokerConnection::releaseOutbox()
{
    while (inFlight_.size() < maxInFlight) {
        Outgoing next;
        {
            std::lock_guard lock(mutex_);
            if (outbox_.empty()) return;
            next = std::move(outbox_.front());
            outbox_.pop_front();
            outboxSize_ -= next.publication.topic.size() + next.publication.payload.size();
        }
        if (hand(next)) continue;
        std::lock_guard lock(mutex_);
        outboxSize_ += next.publication.topic.size() + next.publication.payload.size();
        outbox_.push_front(std::move(next));
        return;
    }
}

bool BrokerConnection::hand(const Outgoing& outgoing)
{
    const auto& message = outgoing.publication;
    int messageId = 0;
    const int result =
        mosquitto_publish(client_, &messageId, message.topic.c_str(), static_cast<int>(message.payload.size()),
                          message.payload.data(), message.qos, message.retain);
    if (result == MOSQ_ERR_NO_CONN || result == MOSQ_ERR_CONN_LOST) return false;
    published_.add();
    if (result != MOSQ_ERR_SUCCESS)
        log_.error("the MQTT library refused a message",
                   {{"topic", message.topic}, {"reason", mosquitto_strerror(result)}});
    if (result == MOSQ_ERR_SUCCESS && message.qos > 0) inFlight_.emplace(messageId, outgoing.token);
    else if (outgoing.token != 0) sent_.push_back(outgoing.token);
    return true;
}

void BrokerConnection::syncFilters()
{
    std::vector<SharedText> wanted, repeated;
    {
        std::lock_guard lock(mutex_);
        if (!std::exchange(filtersChanged_, false)) return;
        wanted = wantedFilters_;
        repeated.swap(repeatedFilters_);
    }
    const auto subscribe = [this](const SharedText& filter) {
        mosquitto_subscribe(client_, nullptr, filter.str().c_str(), subscriptionQos);
    };
    const auto unsubscribe = [this](const SharedText& filter) {
        mosquitto_unsubscribe(client_, nullptr, filter.str().c_str());
    };
    const auto forEachOnlyIn = [](const auto& these, const auto& others, const auto& visit) {
        std::vector<SharedText> different;
        std::set_difference(these.begin(), these.end(), others.begin(), others.end(), std::back_inserter(different));
        std::for_each(different.begin(), different.end(), visit);
    };
    forEachOnlyIn(subscribed_, wanted, unsubscribe);
    forEachOnlyIn(wanted, subscribed_, subscribe);
    // A subscription brings the retained messages; its end at once keeps the wider ones from overlapping with it.
    if (!subscribed_.empty())
        for (const auto& filter : repeated) {
            subscribe(filter);
            unsubscribe(filter);
        }
    subscribed_ = std::move(wanted);
}

void BrokerConnection::deliver()
{
    std::vector<std::uint64_t> sent;
    {
        const std::lock_guard library(library_);
        sent.swap(sent_);
    }
    // Without the lock from here on: whoever takes these may wait for core, and core may be publishing.
    if (!sent.empty()) events_.sent(std::move(sent));
    if (batch_->entries.empty()) return;
    batch_->receivedAt = runtime::SystemClock{}.now();
    received_.add(batch_->entries.size());
    events_.messages(std::exchange(batch_, std::make_shared<MessageBatch>()));
}

void BrokerConnection::onMessage(const mosquitto_message& message) noexcept
{
    progress_ = true;
    try {
        MessageBatch& batch = *batch_;
        const std::size_t topicSize = std::char_traits<char>::length(message.topic);
        const auto payloadSize = static_cast<std::size_t>(message.payloadlen);
        batch.entries.push_back(
            {batch.bytes.size(), topicSize, batch.bytes.size() + topicSize, payloadSize, message.retain});
        batch.bytes.append(message.topic, topicSize);
        batch.bytes.append(static_cast<const char*>(message.payload), payloadSize);
    }
    catch (...) {
        // Out of memory: the message is lost, the loop is not.
    }
}

void BrokerConnection::onPublish(int messageId) noexcept
{
    progress_ = true;
    try {
        const auto found = inFlight_.find(messageId);
        if (found == inFlight_.end()) return;
        if (found->second != 0) sent_.push_back(found->second);
        inFlight_.erase(found);
    }
    catch (...) {
    }
}

} // namespace atrium::mqtt
