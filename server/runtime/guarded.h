#pragma once

#include <memory>
#include <mutex>

namespace atrium::runtime {

/// One immutable object that a writer replaces and readers take: a mutex-guarded shared_ptr. (std::atomic<shared_ptr>
/// is reported as a race by ThreadSanitizer with this libstdc++.) Thread: any.
template <class T>
class Guarded {
public:
    Guarded() : current_(std::make_shared<const T>()) {}
    explicit Guarded(std::shared_ptr<const T> initial) : current_(std::move(initial)) {}

    std::shared_ptr<const T> get() const
    {
        std::lock_guard lock(mutex_);
        return current_;
    }

    void set(std::shared_ptr<const T> next)
    {
        {
            std::lock_guard lock(mutex_);
            current_.swap(next);
        }
        // The old object dies here, outside the lock.
    }

    /// Replaces the object by an edited copy; writers exclude each other.
    template <class Edit>
    void update(Edit&& edit)
    {
        std::lock_guard writer(writerMutex_);
        auto copy = std::make_shared<T>(*get());
        edit(*copy);
        set(std::move(copy));
    }

private:
    mutable std::mutex mutex_;
    std::mutex writerMutex_;
    std::shared_ptr<const T> current_;
};

} // namespace atrium::runtime
