#pragma once

#include "atrium/subscription.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace atrium::plugins {

/// All registrations of one plugin. The plugin's own Subscription withdraws one of them; what the plugin leaks is
/// withdrawn when the list is cleared. Thread: any.
class RegistrationList {
public:
    Subscription keep(Subscription registration)
    {
        auto shared = std::make_shared<Subscription>(std::move(registration));
        std::lock_guard lock(shared_->mutex);
        const auto number = ++shared_->last;
        shared_->items.emplace(number, shared);
        // The list may be gone before a leaked Subscription is.
        return Subscription([weakList = std::weak_ptr(shared_), weakItem = std::weak_ptr(shared), number] {
            const auto item = weakItem.lock();
            if (!item) return;
            item->reset();
            const auto list = weakList.lock();
            if (!list) return;
            std::lock_guard guard(list->mutex);
            list->items.erase(number);
        });
    }

    /// Withdraws everything, newest first.
    void clear()
    {
        Items items;
        {
            std::lock_guard lock(shared_->mutex);
            items.swap(shared_->items);
        }
        for (auto item = items.rbegin(); item != items.rend(); ++item) item->second->reset();
    }

private:
    /// By a number that grows: a plugin may have a registration for each of 10,000 topics.
    using Items = std::map<std::uint64_t, std::shared_ptr<Subscription>>;
    struct Shared {
        std::mutex mutex;
        Items items;
        std::uint64_t last = 0;
    };
    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

} // namespace atrium::plugins
