#pragma once

#include "atrium/clock.h"

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace atrium::http {

/// Token buckets by client address: `perMinute` requests a minute on average, as many at once. Bounded: when the table
/// is full, buckets that are full again are forgotten first, then the one that was used longest ago. Thread: any.
class RateLimiter {
public:
    RateLimiter(const Clock& clock, unsigned perMinute, std::size_t maxAddresses = 16'384);

    struct Verdict {
        bool allowed = true;
        unsigned limit = 0;
        unsigned remaining = 0;
        unsigned resetSeconds = 0; ///< until the bucket is full again; when refused: until the next request may come
    };
    /// Takes one token for `address` (an IPv6 address counts as its /64 network).
    Verdict take(std::string_view address);

private:
    static constexpr std::size_t shards = 8;
    struct Bucket {
        double tokens = 0;
        SteadyTime updated;
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, Bucket> buckets;
    };
    void makeRoom(Shard& shard, SteadyTime now);

    const Clock& clock_;
    const unsigned perMinute_;
    const std::size_t maxPerShard_;
    std::array<Shard, shards> shards_;
};

} // namespace atrium::http
