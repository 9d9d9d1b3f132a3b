#pragma once

#include "automation/engine.h"
#include "automation/simulation/memory_history.h"
#include "runtime/core_loop.h"
#include "testing/fake_commands.h"
#include "testing/fake_devices.h"
#include "testing/fake_mqtt.h"
#include "testing/fake_realtime.h"
#include "testing/immediate_executor.h"
#include "testing/manual_clock.h"
#include "testing/memory_metrics.h"
#include "testing/recording_log.h"

#include <stdexcept>
#include <stop_token>

namespace atrium::automation {

/// A simulation that cannot go on: it takes too long, or is asked for what it cannot do.
class SimulationError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What a simulated house begins with.
struct WorldPlan {
    HostOptions host;
    Site site;
    std::string mode;               ///< of the house; empty = the first one
    std::vector<DevicePtr> devices; ///< with the values that they have at first
    std::vector<AutomationModule> modules;
    std::map<std::string, std::string> library; ///< what `require` finds
    UtcTime begin{};
    std::stop_token nobodyWaits;        ///< ends the simulation with a SimulationError
    RecordedHistory* history = nullptr; ///< what rules read of the past; null = what happened in the simulation
};

/// Something that a rule did in the simulation.
struct SimulatedEffect {
    UtcTime at{};
    StepKind kind = StepKind::Command;
    std::string target; ///< uid of the device, `mqtt`, or the module
    std::string name;   ///< the command, the topic, or the function
    Value arguments;    ///< of the command, the payload, or the first argument
    std::string rule;
    bool expected = false; ///< a test has asked for it
};

/// For people: `hall/light on {"level":60}`.
std::string toText(const SimulatedEffect& effect);
Object toObject(const SimulatedEffect& effect);

/// One automation in a house that exists only in memory, with the real engine, the real script host and a clock that
/// moves when it is told to. Devices obey every command at once. Nothing reaches the real house. Thread: the one that
/// made it, which acts as core.
class World {
public:
    /// What a running test asks for; see pending().
    struct TestCall {
        std::string function;
        List arguments;
        Effects::Done done;
    };

    explicit World(WorldPlan plan);
    ~World();

    /// Loads the text. Error: Unprocessable with what is wrong with it.
    Result<std::vector<RuleView>> load(const std::string& name, const std::string& source,
                                       Engine::Triggers triggers = Engine::Triggers::Armed);
    /// Until nothing happens any more at this moment of the clock. Throws SimulationError.
    void settle();
    /// Time passes; what is due on the way is done when it is due.
    void advanceTo(UtcTime time);
    /// The same until no run is left, and no further than `time`.
    void finishRuns(UtcTime time);
    void report(DeviceId device, const std::string& attribute, Value value);
    /// Rules hear that the server ends.
    void shutdown();
    /// The server ends and starts anew: only what the journal keeps goes on.
    void restart();
    /// What the test that runs waits for; null when it waits for nothing. Stays until answer().
    const TestCall* pending() const { return pending_ ? &*pending_ : nullptr; }
    void answer(bool ok, Value result);

    Engine& engine() { return *engine_; }
    testing::ManualClock& clock() { return clock_; }
    testing::FakeDevices& devices() { return devices_; }
    testing::FakeMqtt& mqtt() { return mqtt_; }
    MemoryHistory& history() { return history_; }
    /// What rules get that ask this address.
    void setWebAnswer(const std::string& url, Value answer) { webAnswers_[url] = std::move(answer); }
    std::vector<SimulatedEffect>& effects() { return effects_; }
    std::size_t effectsNotKept() const { return notKept_; }
    /// Runs of a rule that ended, whatever their result.
    std::uint64_t runsOf(const std::string& rule);
    static constexpr AutomationId automation{1};

private:
    void open();
    void close();
    bool take(const Effects::Request& request, const Effects::Done& done);

    WorldPlan plan_;
    testing::ManualClock clock_;
    testing::FakeDevices devices_;
    testing::FakeCommands commands_;
    testing::FakeMqtt mqtt_;
    testing::FakeRealtime realtime_;
    testing::RecordingLog log_;
    testing::MemoryMetrics metrics_;
    testing::ImmediateExecutor worker_;
    MemoryHistory history_;
    std::map<std::string, Value> webAnswers_;
    std::vector<Subscription> handling_;
    Subscription recording_;
    Report report_{{}, {{}}, {}, {newCorrelationId(), "device", 0}};
    std::string exception_;

    std::unique_ptr<runtime::CoreLoop> loop_;
    std::unique_ptr<Journal> journal_;
    std::unique_ptr<HistoryDesk> historyDesk_;
    std::unique_ptr<Engine> engine_;
    std::string scriptName_;
    std::string source_;
    Engine::Triggers triggers_ = Engine::Triggers::Armed;
    std::optional<Result<std::vector<RuleView>>> loaded_;
    std::optional<TestCall> pending_;
    std::vector<SimulatedEffect> effects_;
    std::size_t notKept_ = 0;
};

} // namespace atrium::automation
