#include "runtime/activity_gate.h"

namespace atrium::runtime {

namespace {
/// The innermost gate that the calling thread is in.
thread_local const ActivityGate::Pass* innermost = nullptr;
} // namespace

ActivityGate::Pass::Pass(ActivityGate& gate) : gate_(gate), outer_(innermost), entered_(gate.enter())
{
    if (entered_) innermost = this;
}

ActivityGate::Pass::~Pass()
{
    if (!entered_) return;
    innermost = outer_;
    gate_.leave();
}

bool ActivityGate::enter()
{
    const auto before = state_.fetch_add(1, std::memory_order_acquire);
    if (!(before & closedBit)) return true;
    leave();
    return false;
}

void ActivityGate::leave()
{
    const auto before = state_.fetch_sub(1, std::memory_order_release);
    if (before & closedBit) state_.notify_all();
}

void ActivityGate::close() noexcept
{
    std::uint32_t own = 0;
    for (auto pass = innermost; pass; pass = pass->outer_)
        if (&pass->gate_ == this) ++own;
    auto state = state_.fetch_or(closedBit, std::memory_order_acq_rel) | closedBit;
    while ((state & ~closedBit) > own) {
        state_.wait(state, std::memory_order_acquire);
        state = state_.load(std::memory_order_acquire);
    }
}

} // namespace atrium::runtime
