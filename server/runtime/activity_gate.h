#pragma once

#include <condition_variable>
#include <mutex>

namespace atrium::runtime {

/// Lets any number of calls in at the same time until it is closed; close() waits until the last one has left. For what
/// is called from several threads at once, where CallGate would make them queue. Thread: any; not to be closed from
/// inside.
class ActivityGate {
public:
    /// Runs `call` unless the gate is closed; false when it is.
    template <class Call>
    bool pass(Call&& call)
    {
        if (!enter()) return false;
        struct Leave {
            ActivityGate& gate;
            ~Leave() { gate.leave(); }
        } leave{*this};
        call();
        return true;
    }

    void close()
    {
        std::unique_lock lock(mutex_);
        closed_ = true;
        idle_.wait(lock, [this] { return active_ == 0; });
    }

    /// Closes without waiting; for a plugin that hangs inside and is given up.
    void abandon()
    {
        std::lock_guard lock(mutex_);
        closed_ = true;
    }

private:
    bool enter()
    {
        std::lock_guard lock(mutex_);
        if (closed_) return false;
        ++active_;
        return true;
    }
    void leave()
    {
        {
            std::lock_guard lock(mutex_);
            if (--active_ != 0) return;
        }
        idle_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable idle_;
    int active_ = 0;
    bool closed_ = false;
};

} // namespace atrium::runtime
