#include "runtime/heap_keeper.h"

#include <chrono>
#include <fstream>
#include <malloc.h>
#include <unistd.h>

namespace atrium::runtime {

namespace {
constexpr std::chrono::seconds lookEvery{3};
constexpr std::size_t growthAllowed = 4 << 20;
constexpr std::size_t worthwhile = 1 << 20;
} // namespace

std::size_t residentBytes()
{
    // proc(5): total pages, resident pages, ...
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0, resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

HeapKeeper::HeapKeeper(Scheduler& scheduler, Executor& workers)
    : workers_(workers), outcome_(std::make_shared<Outcome>(residentBytes() + growthAllowed)),
      timer_(scheduler.every(lookEvery, [this] { look(); }))
{}

void HeapKeeper::look()
{
    if (outcome_->runs || (!outcome_->isWorthwhile && residentBytes() <= outcome_->expected)) return;
    // It may hold an arena for milliseconds: not on core.
    outcome_->runs = true;
    const bool posted = workers_.post([outcome = outcome_] {
        const auto before = residentBytes();
        ::malloc_trim(0);
        const auto after = residentBytes();
        outcome->isWorthwhile = before > after + worthwhile;
        outcome->expected = after + growthAllowed;
        outcome->runs = false;
    });
    if (!posted) outcome_->runs = false;
}

} // namespace atrium::runtime
