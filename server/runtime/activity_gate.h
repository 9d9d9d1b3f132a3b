#pragma once

#include <atomic>
#include <cstdint>

namespace atrium::runtime {

/// Lets any number of calls in at the same time until it is closed; close() waits until the last one has left. For what
/// is called from several threads at once, where CallGate would make them queue. Takes no lock: entering and leaving
/// are one atomic step each. Whoever is inside may close it. Thread: any.
class ActivityGate {
public:
    /// Enters for the life of this object; false = the gate is closed and the call must not run.
    class Pass {
    public:
        explicit Pass(ActivityGate& gate);
        ~Pass();
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        explicit operator bool() const { return entered_; }

    private:
        friend class ActivityGate;
        ActivityGate& gate_;
        const Pass* outer_;
        bool entered_;
    };

    /// Afterwards no call starts and none runs, but for those that the calling thread is in.
    void close() noexcept;
    /// Closes without waiting; for a plugin that hangs inside and is given up.
    void abandon() noexcept { state_.fetch_or(closedBit, std::memory_order_acq_rel); }

private:
    bool enter();
    void leave();

    static constexpr std::uint32_t closedBit = 1u << 31;
    /// Calls inside, and the closed bit.
    std::atomic<std::uint32_t> state_{0};
};

} // namespace atrium::runtime
