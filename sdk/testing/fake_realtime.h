#pragma once

#include "atrium/realtime.h"
#include "testing/handler_list.h"

#include <mutex>
#include <vector>

namespace atrium::testing {

/// The hub without clients: the test reads what was published and plays a client. Thread: publish() any, else the
/// test's.
class FakeRealtime : public Realtime {
public:
    void publish(RealtimeMessage message) override
    {
        std::lock_guard lock(mutex_);
        published_.push_back(std::move(message));
    }
    Subscription onInitial(std::function<Object(const Principal&)> contribute) override
    {
        return contributors_.add([contribute = std::move(contribute)](const Principal& principal, Object& initial) {
            for (const auto& [key, value] : contribute(principal)) initial.set(key, value);
        });
    }
    Subscription onClientMessage(std::string type,
                                 std::function<void(const Principal&, const Object&)> handler) override
    {
        return clientHandlers_.add(
            [type = std::move(type), handler = std::move(handler)](const Principal& principal, const Object& message) {
                if (const auto* given = message.find("type"); given && *given == Value(type))
                    handler(principal, message);
            });
    }

    std::vector<RealtimeMessage> published() const
    {
        std::lock_guard lock(mutex_);
        return published_;
    }
    /// The first message that a client of `principal` gets.
    Object initialFor(const Principal& principal) const
    {
        Object initial{{"type", "initial"}};
        contributors_.call(principal, initial);
        return initial;
    }
    /// A client sends a message.
    void receive(const Principal& principal, const Object& message) const { clientHandlers_.call(principal, message); }

private:
    mutable std::mutex mutex_;
    std::vector<RealtimeMessage> published_;
    HandlerList<const Principal&, Object&> contributors_;
    HandlerList<const Principal&, const Object&> clientHandlers_;
};

} // namespace atrium::testing
