#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace atrium {

/// A value that many hold and nobody changes: copies share it. Made for descriptions that thousands of devices have in
/// common: a holder is one pointer. Thread: any.
template <class T>
class Shared {
public:
    Shared() : box_(empty()) { box_->users.fetch_add(1, std::memory_order_relaxed); }
    Shared(T value) : box_(new Box{{1}, std::move(value)}) {}
    Shared(const Shared& other) noexcept : box_(other.box_) { box_->users.fetch_add(1, std::memory_order_relaxed); }
    /// What is moved from may only be assigned to or destroyed.
    Shared(Shared&& other) noexcept : box_(std::exchange(other.box_, nullptr)) {}
    Shared& operator=(Shared other) noexcept
    {
        std::swap(box_, other.box_);
        return *this;
    }
    ~Shared()
    {
        if (box_ && box_->users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete box_;
    }

    const T* operator->() const { return &box_->value; }
    const T& operator*() const { return box_->value; }
    bool operator==(const Shared& other) const { return box_ == other.box_ || box_->value == other.box_->value; }

    /// Whether nobody else holds it.
    bool isLast() const { return box_->users.load(std::memory_order_acquire) == 1; }
    /// Whether both are the same holding, which costs less to know than whether they are equal.
    bool isSame(const Shared& other) const { return box_ == other.box_; }

private:
    struct Box {
        std::atomic<std::uint32_t> users;
        const T value;
    };
    /// Never destroyed: its first user is this function.
    static Box* empty()
    {
        static Box* const box = new Box{{1}, T{}};
        return box;
    }
    Box* box_;
};

} // namespace atrium
