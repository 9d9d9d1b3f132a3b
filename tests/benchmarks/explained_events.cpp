// What it costs an event that the server can say later why it started nothing: with and without, in turns, each a batch
// of reports to 1,000 devices whose rules wait for more. Prints both, in nanoseconds an event.
#include "automation/dispatcher.h"
#include "automation/run_log.h"
#include "runtime/core_loop.h"
#include "runtime/system_clock.h"
#include "state/device_registry.h"
#include "testing/fake_mqtt.h"
#include "testing/memory_metrics.h"

#include <cstdio>
#include <cstring>

namespace {

using namespace atrium;
using namespace atrium::automation;

constexpr std::int64_t devicesCount = 1000;
constexpr int rounds = 60;

class Bench {
public:
    explicit Bench(std::int64_t hold)
    {
        loop_.start();
        loop_.runAndWait([&] { fill(hold); });
    }
    ~Bench() { loop_.stop(); }

    /// Nanoseconds an event.
    double round(Tracing tracing, double low, double high)
    {
        double took = 0;
        loop_.runAndWait([&] { took = report(tracing, low, high); });
        return took;
    }

private:
    void fill(std::int64_t hold)
    {
        std::vector<RuleView> rules;
        for (std::int64_t id = 1; id <= devicesCount; ++id) {
            DeviceInfo info;
            info.id = DeviceId{id};
            info.uid = info.name = "meter/" + std::to_string(id);
            std::vector<Attribute> attributes(6);
            for (std::size_t i = 0; i < attributes.size(); ++i) {
                AttributeSpec spec;
                spec.name = "value" + std::to_string(i);
                attributes[i].spec = Shared<AttributeSpec>(std::move(spec));
                attributes[i].value = 0.0;
            }
            (void)devices_.put(info, attributes);
            AttributeTrigger above{id, "value3", AttributeTest::Above, 25.0};
            above.hold = hold;
            RuleView rule;
            rule.name = "rule " + std::to_string(id);
            rule.triggers.push_back(above);
            rules.push_back(std::move(rule));
        }
        (void)dispatcher_.add(1, rules);
    }

    double report(Tracing tracing, double low, double high)
    {
        dispatcher_.setTracing(tracing);
        runLog_.setTracing(tracing);
        const auto began = std::chrono::steady_clock::now();
        constexpr int times = 4;
        for (int time = 0; time < times; ++time)
            for (std::int64_t id = 1; id <= devicesCount; ++id)
                devices_.report(
                    {DeviceId{id},
                     {{"value3", (time % 2 == 0 ? high : low) + 0.001 * static_cast<double>(++count_ % 97)}},
                     clock_.now(),
                     {"c", "device", 0}});
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
        return took.count() / (times * devicesCount);
    }

    runtime::SystemClock clock_;
    runtime::CoreLoop loop_{clock_, [](const std::string&) {}};
    testing::MemoryMetrics metrics_;
    state::DeviceRegistry devices_{clock_, loop_, loop_, metrics_};
    testing::FakeMqtt mqtt_{clock_};
    RunLog runLog_;
    Surroundings surroundings_{{}, loop_, clock_, [](const AttributeChanged&) {}};
    Dispatcher dispatcher_{
        devices_,
        mqtt_,
        loop_,
        clock_,
        surroundings_,
        {[](RuleKey, Object, const Cause&) {},
         [this](RuleKey key, const char* trigger, Reason reason) {
             runLog_.add(AutomationId{1},
                         {"rule " + std::to_string(key.rule), trigger, std::move(reason), {}, clock_.now()});
         },
         [](const MirrorUpdate&) {}, [](RuleKey, Object, const Cause&, UtcTime) {},
         [](RuleKey, const char*, Reason, UtcTime) {}, [this](RuleKey) { return clock_.now(); },
         [](RuleKey, const Device&) { return true; }, [](RuleKey, Object, const Cause&, const AttributeTrigger&) {},
         [](RuleKey, const AttributeTrigger&, const std::optional<PendingHold>&) {},
         [](RuleKey, const AttributeTrigger&) -> const PendingHold* { return nullptr; }}};
    std::uint64_t count_ = 0;
};

} // namespace

/// `near` (the default): values that come near; `hold`: every second one ends a hold, which is noted as a non-run.
int main(int argc, char** argv)
{
    const bool holds = argc > 1 && std::strcmp(argv[1], "hold") == 0;
    Bench bench(holds ? 3'600'000'000 : 0);
    double with = 1e9, without = 1e9;
    for (int i = 0; i < rounds; ++i) {
        const double high = holds ? 30 : 24;
        without = std::min(without, bench.round(Tracing::Off, 10, high));
        with = std::min(with, bench.round(Tracing::On, 10, high));
    }
    std::printf("%.1f %.1f\n", with, without);
}
