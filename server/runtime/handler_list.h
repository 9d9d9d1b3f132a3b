#pragma once

#include "atrium/subscription.h"
#include "runtime/call_gate.h"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace atrium::runtime {

/// Handlers of one kind of event: registered from any thread, called on core in the order of registration. A handler
/// may register or withdraw handlers while it runs.
template <class Event>
class HandlerList {
public:
    using Handler = std::function<void(const Event&)>;

    Subscription add(Handler handler)
    {
        auto entry = std::make_shared<Entry>();
        entry->handler = std::move(handler);
        std::lock_guard lock(shared_->mutex);
        auto next = std::make_shared<Entries>(*shared_->entries);
        next->push_back(entry);
        shared_->entries = std::move(next);
        return Subscription([weak = std::weak_ptr(shared_), entry] {
            entry->gate.close();
            const auto shared = weak.lock();
            if (!shared) return;
            std::lock_guard guard(shared->mutex);
            auto rest = std::make_shared<Entries>(*shared->entries);
            std::erase(*rest, entry);
            shared->entries = std::move(rest);
        });
    }

    /// Thread: core.
    void call(const Event& event) const
    {
        const auto entries = [this] {
            std::lock_guard lock(shared_->mutex);
            return shared_->entries;
        }();
        for (const auto& entry : *entries) entry->gate.pass([&] { entry->handler(event); });
    }

private:
    struct Entry {
        CallGate gate;
        Handler handler;
    };
    using Entries = std::vector<std::shared_ptr<Entry>>;
    struct Shared {
        std::mutex mutex;
        std::shared_ptr<const Entries> entries = std::make_shared<const Entries>();
    };
    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

} // namespace atrium::runtime
