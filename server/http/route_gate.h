#pragma once

#include <atomic>
#include <cstdint>

namespace atrium::http {

/// Lets many calls of one handler run at once, and close() wait for them: what CallGate does for handlers that run one
/// at a time. A handler may close its own gate. Thread: any.
class RouteGate {
public:
    /// Enters for the life of this object; false = the gate is closed and the handler must not run.
    class Pass {
    public:
        explicit Pass(RouteGate& gate);
        ~Pass();
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        explicit operator bool() const { return entered_; }

    private:
        friend class RouteGate;
        RouteGate& gate_;
        const Pass* outer_;
        bool entered_;
    };

    /// Afterwards no handler starts and none runs, but for those that the calling thread is in.
    void close() noexcept;

private:
    bool enter();
    void leave();

    static constexpr std::uint32_t closedBit = 1u << 31;
    /// Calls inside, and the closed bit.
    std::atomic<std::uint32_t> state_{0};
};

} // namespace atrium::http
