#include "realtime/replay_ring.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace atrium::realtime {

void ReplayRing::add(MessagePtr message)
{
    lastSeq_ = message->seq;
    bytes_ += message->frame.size();
    messages_.push_back(std::move(message));
    while (messages_.size() > maxMessages_ || bytes_ > maxBytes_) {
        bytes_ -= messages_.front()->frame.size();
        forgottenSeq_ = messages_.front()->seq;
        messages_.pop_front();
    }
}

void ReplayRing::breakHistory(std::uint64_t lostSeq)
{
    messages_.clear();
    bytes_ = 0;
    lastSeq_ = forgottenSeq_ = lostSeq;
}

std::optional<std::vector<MessagePtr>> ReplayRing::since(std::uint64_t after, std::uint64_t until) const
{
    if (after < forgottenSeq_ || after > lastSeq_) return {};
    std::vector<MessagePtr> selected;
    std::unordered_set<std::string_view> overtaken;
    for (auto it = messages_.rbegin(); it != messages_.rend() && (*it)->seq > after; ++it) {
        const auto& message = *it;
        const bool newest = message->conflationKey.empty() || overtaken.insert(message->conflationKey).second;
        if (newest && message->seq <= until) selected.push_back(message);
    }
    std::reverse(selected.begin(), selected.end());
    return selected;
}

} // namespace atrium::realtime
