#pragma once

#include "atrium/subscription.h"

#include <list>
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
        shared_->items.push_back(shared);
        // The list may be gone before a leaked Subscription is.
        return Subscription([weakList = std::weak_ptr(shared_), weakItem = std::weak_ptr(shared)] {
            const auto item = weakItem.lock();
            if (!item) return;
            item->reset();
            const auto list = weakList.lock();
            if (!list) return;
            std::lock_guard guard(list->mutex);
            list->items.remove(item);
        });
    }

    /// Withdraws everything, newest first.
    void clear()
    {
        std::list<std::shared_ptr<Subscription>> items;
        {
            std::lock_guard lock(shared_->mutex);
            items.swap(shared_->items);
        }
        for (; !items.empty(); items.pop_back()) items.back()->reset();
    }

private:
    struct Shared {
        std::mutex mutex;
        std::list<std::shared_ptr<Subscription>> items;
    };
    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

} // namespace atrium::plugins
