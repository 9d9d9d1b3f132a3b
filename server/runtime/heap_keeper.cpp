#include "runtime/heap_keeper.h"

#include <chrono>
#include <fstream>
#include <malloc.h>
#include <unistd.h>

namespace atrium::runtime {

namespace {
constexpr std::chrono::seconds lookEvery{3};
constexpr std::size_t growthAllowed = 8 << 20;
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
    : workers_(workers), expected_(residentBytes() + growthAllowed),
      timer_(scheduler.every(lookEvery, [this] { look(); }))
{}

void HeapKeeper::look()
{
    const auto resident = residentBytes();
    if (resident <= expected_) return;
    // It may hold an arena for milliseconds: not on core. What still grows is looked at again from here on.
    if (workers_.post([] { ::malloc_trim(0); })) expected_ = resident + growthAllowed / 4;
}

} // namespace atrium::runtime
