#pragma once

#include "atrium/services.h"

#include <map>
#include <mutex>
#include <stdexcept>

namespace atrium::testing {

/// Services of plugins and server, without the host. Thread: any.
class FakeServices : public Services {
protected:
    Subscription provideRaw(const std::string& name, std::shared_ptr<void> service) override
    {
        std::lock_guard lock(parts_->mutex);
        if (!parts_->services.emplace(name, std::move(service)).second)
            throw std::invalid_argument("service is already provided: " + name);
        return Subscription([parts = parts_, name] {
            std::lock_guard guard(parts->mutex);
            parts->services.erase(name);
        });
    }
    std::shared_ptr<void> findRaw(const std::string& name) const override
    {
        std::lock_guard lock(parts_->mutex);
        const auto found = parts_->services.find(name);
        return found == parts_->services.end() ? nullptr : found->second;
    }

private:
    struct Parts {
        std::mutex mutex;
        std::map<std::string, std::shared_ptr<void>> services;
    };
    std::shared_ptr<Parts> parts_ = std::make_shared<Parts>();
};

} // namespace atrium::testing
