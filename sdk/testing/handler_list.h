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
        handlers_->emplace(id, std::move(handler));
        return Subscription([handlers = handlers_, id] { handlers->erase(id); });
    }
    void call(Arguments... arguments) const
    {
        const auto copy = *handlers_;
        for (const auto& [id, handler] : copy) handler(arguments...);
    }
    std::size_t size() const { return handlers_->size(); }

private:
    using Handlers = std::map<int, std::function<void(Arguments...)>>;
    std::shared_ptr<Handlers> handlers_ = std::make_shared<Handlers>();
    std::shared_ptr<int> next_ = std::make_shared<int>(0);
};

} // namespace atrium::testing
