#include "realtime/outbox.h"

namespace atrium::realtime {

bool Outbox::push(MessagePtr message)
{
    if (!queue_) queue_ = std::make_unique<Queue>();
    auto& queue = *queue_;
    const auto& key = message->conflationKey;
    if (!key.empty()) {
        const auto known = queue.byKey.find(key);
        if (known != queue.byKey.end()) {
            const auto old = known->second;
            // A message that is on the wire in part must be finished.
            const bool started = old == queue.messages.begin() && queue.frontSent > 0;
            queue.byKey.erase(known);
            if (!started) {
                queue.bytes -= (*old)->frame.size();
                queue.messages.erase(old);
            }
        }
    }
    // One message always fits, however large: the bound is about slow clients.
    if (!queue.messages.empty() && queue.bytes + message->frame.size() > maxBytes_) return false;
    queue.bytes += message->frame.size();
    queue.messages.push_back(std::move(message));
    const auto& added = queue.messages.back();
    if (!added->conflationKey.empty()) queue.byKey.emplace(added->conflationKey, std::prev(queue.messages.end()));
    return true;
}

int Outbox::gather(iovec* vectors, int capacity) const
{
    if (!queue_) return 0;
    int count = 0;
    auto skip = queue_->frontSent;
    for (const auto& message : queue_->messages) {
        if (count == capacity) break;
        vectors[count].iov_base = const_cast<char*>(message->frame.data() + skip);
        vectors[count].iov_len = message->frame.size() - skip;
        ++count;
        skip = 0;
    }
    return count;
}

std::size_t Outbox::sent(std::size_t bytes)
{
    if (!queue_) return 0;
    auto& queue = *queue_;
    queue.bytes -= bytes;
    queue.frontSent += bytes;
    std::size_t finished = 0;
    while (!queue.messages.empty() && queue.frontSent >= queue.messages.front()->frame.size()) {
        const auto front = queue.messages.begin();
        queue.frontSent -= (*front)->frame.size();
        if (!(*front)->conflationKey.empty()) {
            const auto known = queue.byKey.find((*front)->conflationKey);
            if (known != queue.byKey.end() && known->second == front) queue.byKey.erase(known);
        }
        queue.messages.erase(front);
        ++finished;
    }
    if (queue.messages.empty()) queue_.reset();
    return finished;
}

} // namespace atrium::realtime
