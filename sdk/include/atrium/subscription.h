#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace atrium {

/// Owns one registration (handler, timer, route, ...) and withdraws it when destroyed. After the destructor returned
/// the handler does not run any more and is not running. Movable, not copyable. Thread: any, except from within the
/// registered handler on another thread than the one it runs on.
class [[nodiscard]] Subscription {
public:
    Subscription() = default;
    explicit Subscription(std::function<void()> withdraw) : withdraw_(std::move(withdraw)) {}
    Subscription(Subscription&& other) noexcept : withdraw_(std::exchange(other.withdraw_, nullptr)) {}
    Subscription& operator=(Subscription&& other) noexcept
    {
        if (this != &other) {
            reset();
            withdraw_ = std::exchange(other.withdraw_, nullptr);
        }
        return *this;
    }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { reset(); }

    /// Withdraws now; nothing happens the second time.
    void reset() noexcept
    {
        if (auto withdraw = std::exchange(withdraw_, nullptr)) withdraw();
    }
    explicit operator bool() const { return static_cast<bool>(withdraw_); }

private:
    std::function<void()> withdraw_;
};

/// Keeps registrations together; they are withdrawn in reverse order.
class Subscriptions {
public:
    Subscriptions() = default;
    Subscriptions(Subscriptions&&) = default;
    Subscriptions& operator=(Subscriptions&&) = default;
    ~Subscriptions() { clear(); }

    Subscriptions& operator+=(Subscription subscription)
    {
        items_.push_back(std::move(subscription));
        return *this;
    }
    void clear() noexcept
    {
        while (!items_.empty()) items_.pop_back();
    }

private:
    std::vector<Subscription> items_;
};

} // namespace atrium
