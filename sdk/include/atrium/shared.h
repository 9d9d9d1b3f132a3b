#pragma once

#include <memory>
#include <utility>

namespace atrium {

/// A value that many hold and nobody changes: copies share it. Made for descriptions that thousands of devices have in
/// common. Thread: any.
template <class T>
class Shared {
public:
    Shared() : value_(empty()) {}
    Shared(T value) : value_(std::make_shared<const T>(std::move(value))) {}

    const T* operator->() const { return value_.get(); }
    const T& operator*() const { return *value_; }
    bool operator==(const Shared& other) const { return value_ == other.value_ || *value_ == *other.value_; }

private:
    static const std::shared_ptr<const T>& empty()
    {
        static const auto value = std::make_shared<const T>();
        return value;
    }
    std::shared_ptr<const T> value_;
};

} // namespace atrium
