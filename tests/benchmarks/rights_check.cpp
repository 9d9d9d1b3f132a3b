// What one question to the permission engine costs: a person with many grants in many hours, on one device of a room.
#include "person_rights.h"

#include <benchmark/benchmark.h>

namespace {

using namespace atrium;
using namespace atrium::auth;

class WallClock : public Clock {
public:
    UtcTime now() const override
    {
        return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
    SteadyTime steadyNow() const override { return std::chrono::steady_clock::now(); }
};

void checkOneDevice(benchmark::State& state)
{
    const WallClock clock;
    const SiteTime siteTime("Europe/Paris");
    std::vector<Grant> grants;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        Grant grant;
        grant.permission = i % 2 == 0 ? "devices.read" : "devices.control";
        grant.objectKind = i % 5 == 0 ? AccessObject::Kind::Room : AccessObject::Kind::Device;
        grant.objectId = i % 5 == 0 ? "Room " + std::to_string(i) : std::to_string(i);
        grant.window.fromMinute = 1;
        grants.push_back(grant);
    }
    Principal principal;
    principal.user = UserId{1};
    principal.permissions = std::make_shared<std::set<Permission, std::less<>>>(
        std::set<Permission, std::less<>>{"automations.read", "checkins.write", "events.read", "orders.write"});
    principal.rights = std::make_shared<PersonRights>(grants, clock, siteTime);
    std::int64_t device = 0;
    for (auto _ : state) {
        const auto object = AccessObject::ofDevice(DeviceId{device++ % (2 * state.range(0))}, "Room 5");
        benchmark::DoNotOptimize(principal.may("devices.control", object));
    }
}
BENCHMARK(checkOneDevice)->Arg(10)->Arg(10'000)->Unit(benchmark::kNanosecond);

} // namespace

BENCHMARK_MAIN();
