#include "http/rate_limiter.h"

#include "http/network_address.h"

#include <algorithm>
#include <cmath>

namespace atrium::http {

RateLimiter::RateLimiter(const Clock& clock, unsigned perMinute, std::size_t maxAddresses)
    : clock_(clock), perMinute_(perMinute), maxPerShard_(std::max<std::size_t>(1, maxAddresses / shards))
{}

RateLimiter::Verdict RateLimiter::take(std::string_view address)
{
    const auto key = addressGroup(address);
    auto& shard = shards_[std::hash<std::string>{}(key) % shards];
    const auto now = clock_.steadyNow();
    const double perSecond = perMinute_ / 60.0;

    std::lock_guard lock(shard.mutex);
    auto found = shard.buckets.find(key);
    if (found == shard.buckets.end()) {
        if (shard.buckets.size() >= maxPerShard_) makeRoom(shard, now);
        found = shard.buckets.emplace(key, Bucket{static_cast<double>(perMinute_), now}).first;
    }
    auto& bucket = found->second;
    const double elapsed = std::chrono::duration<double>(now - bucket.updated).count();
    bucket.tokens = std::min<double>(perMinute_, bucket.tokens + elapsed * perSecond);
    bucket.updated = now;

    Verdict verdict;
    verdict.limit = perMinute_;
    verdict.allowed = bucket.tokens >= 1;
    if (verdict.allowed) bucket.tokens -= 1;
    verdict.remaining = static_cast<unsigned>(bucket.tokens);
    const double missing = verdict.allowed ? perMinute_ - bucket.tokens : 1 - bucket.tokens;
    verdict.resetSeconds = static_cast<unsigned>(std::max(1.0, std::ceil(missing / perSecond)));
    return verdict;
}

void RateLimiter::makeRoom(Shard& shard, SteadyTime now)
{
    std::erase_if(shard.buckets, [&](const auto& item) { return now - item.second.updated > std::chrono::minutes(1); });
    if (shard.buckets.size() < maxPerShard_) return;
    const auto oldest = std::min_element(shard.buckets.begin(), shard.buckets.end(), [](const auto& a, const auto& b) {
        return a.second.updated < b.second.updated;
    });
    shard.buckets.erase(oldest);
}

} // namespace atrium::http
