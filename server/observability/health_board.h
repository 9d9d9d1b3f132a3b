#pragma once

#include "atrium/health.h"
#include "atrium/value.h"

#include <map>
#include <mutex>
#include <string>

namespace atrium::observability {

/// How each part of the server is: shown by /api/health and /readyz. Thread: any.
class HealthBoard {
public:
    struct Entry {
        HealthState state = HealthState::Healthy;
        std::string reason;
    };

    void set(const std::string& component, HealthState state, std::string reason = {})
    {
        std::lock_guard lock(mutex_);
        entries_[component] = {state, std::move(reason)};
    }
    std::map<std::string, Entry> entries() const
    {
        std::lock_guard lock(mutex_);
        return entries_;
    }
    /// Whether nothing that the server cannot work without has failed.
    bool ready() const
    {
        std::lock_guard lock(mutex_);
        for (const auto& [component, entry] : entries_)
            if (entry.state == HealthState::Failed) return false;
        return true;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;
};

} // namespace atrium::observability
