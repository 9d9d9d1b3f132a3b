#pragma once

#include "atrium/subscription.h"

#include <functional>
#include <map>
#include <memory>

namespace atrium::testing {

/// Handlers that fakes call, in the order of their registration; withdrawn with their Subscription. Thread: the test's.
template <class... Arguments>
class HandlerList {
public:
    Subscription add(std::function<void(Arguments...)> handler)
    {
        const auto id = ++*next_;
        handlers_->emplace(id, std::make_shared<const Handler>(std::move(handler)));
        return Subscription([handlers = handlers_, id] { handlers->erase(id); });
    }
    /// A handler may withdraw itself and others, which then are not called any more; new ones wait for the next call.
    void call(Arguments... arguments) const
    {
        const auto handlers = handlers_; // whoever owns this list may go
        const int newest = *next_;
        for (auto next = handlers->begin(); next != handlers->end() && next->first <= newest;) {
            const auto [id, handler] = *next; // its own copy: it may withdraw itself
            (*handler)(arguments...);
            next = handlers->upper_bound(id);
        }
    }
    std::size_t size() const { return handlers_->size(); }

private:
    using Handler = std::function<void(Arguments...)>;
    using Handlers = std::map<int, std::shared_ptr<const Handler>>;
    std::shared_ptr<Handlers> handlers_ = std::make_shared<Handlers>();
    std::shared_ptr<int> next_ = std::make_shared<int>(0);
};

} // namespace atrium::testing
