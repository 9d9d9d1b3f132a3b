#pragma once

#include "atrium/services.h"

#include <map>
#include <mutex>

namespace atrium::plugins {

/// Who offers what. Thread: any.
class ServiceRegistry : public Services {
public:
    bool has(const std::string& name) const { return findRaw(name) != nullptr; }

    Subscription provideRaw(const std::string& name, std::shared_ptr<void> service) override
    {
        std::lock_guard lock(mutex_);
        if (!services_.emplace(name, std::move(service)).second)
            throw std::invalid_argument("the service " + name + " is provided already");
        return Subscription([this, name] {
            std::lock_guard guard(mutex_);
            services_.erase(name);
        });
    }
    std::shared_ptr<void> findRaw(const std::string& name) const override
    {
        std::lock_guard lock(mutex_);
        const auto found = services_.find(name);
        return found == services_.end() ? nullptr : found->second;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<void>> services_;
};

} // namespace atrium::plugins
