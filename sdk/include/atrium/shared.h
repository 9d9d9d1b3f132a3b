#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace atrium {

/// A value that many hold: copies share it until one of them changes, which then has its own. Made for descriptions
/// that thousands of devices have in common, and for the parts of a device that outlive its snapshots: a holder is one
/// pointer. Thread: as a std::shared_ptr; different holders of one value may be used from different threads.
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

    /// The value to change: this holder's own from now on.
    T& edit()
    {
        if (!isLast()) *this = Shared(box_->value);
        return box_->value;
    }
    /// Whether nobody else holds it.
    bool isLast() const { return box_->users.load(std::memory_order_acquire) == 1; }
    /// Whether both are the same holding, which costs less to know than whether they are equal.
    bool isSame(const Shared& other) const { return box_ == other.box_; }

private:
    struct Box {
        std::atomic<std::uint32_t> users;
        T value;
    };
    /// Never destroyed: its first user is this function.
    static Box* empty()
    {
        static Box* const box = new Box{{1}, T{}};
        return box;
    }
    Box* box_;
};

/// A list that copies share until one of them changes.
template <class T>
class SharedList {
public:
    SharedList() = default;
    SharedList(std::vector<T> items) : items_(std::move(items)) {}

    auto begin() const { return items_->begin(); }
    auto end() const { return items_->end(); }
    const T& operator[](std::size_t index) const { return (*items_)[index]; }
    const T& front() const { return items_->front(); }
    const T& back() const { return items_->back(); }
    std::size_t size() const { return items_->size(); }
    bool empty() const { return items_->empty(); }
    operator const std::vector<T>&() const { return *items_; }

    /// The items to change: this list's own from now on.
    std::vector<T>& edit() { return items_.edit(); }
    bool isSame(const SharedList& other) const { return items_.isSame(other.items_); }

private:
    Shared<std::vector<T>> items_;
};

/// A shared value that is mostly absent: one pointer, which is null then. Nobody changes it.
template <class T>
class SharedIfAny {
public:
    SharedIfAny() = default;
    SharedIfAny(T value) : box_(new Box{{1}, std::move(value)}) {}
    SharedIfAny(const SharedIfAny& other) noexcept : box_(other.box_)
    {
        if (box_) box_->users.fetch_add(1, std::memory_order_relaxed);
    }
    SharedIfAny(SharedIfAny&& other) noexcept : box_(std::exchange(other.box_, nullptr)) {}
    SharedIfAny& operator=(SharedIfAny other) noexcept
    {
        std::swap(box_, other.box_);
        return *this;
    }
    ~SharedIfAny() { reset(); }

    explicit operator bool() const { return box_ != nullptr; }
    const T* operator->() const { return &box_->value; }
    const T& operator*() const { return box_->value; }
    void reset() noexcept
    {
        const Box* const left = std::exchange(box_, nullptr);
        if (left && left->users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete left;
    }

private:
    struct Box {
        mutable std::atomic<std::uint32_t> users;
        const T value;
    };
    const Box* box_ = nullptr;
};

} // namespace atrium
