#pragma once

#include "automation/engine.h"
#include "automation/simulation/memory_history.h"
#include "runtime/core_loop.h"
#include "runtime/worker_pool.h"
#include "test_devices.h"
#include "testing/fake_commands.h"
#include "testing/fake_devices.h"
#include "testing/fake_mqtt.h"
#include "testing/fake_realtime.h"
#include "testing/manual_clock.h"
#include "testing/memory_metrics.h"
#include "testing/recording_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

namespace atrium::automation {

/// The thread sanitizer keeps signals back until the program calls the C library, which a computing script does not.
#if defined(__SANITIZE_THREAD__)
constexpr bool areSignalsHeldBack = true;
#else
constexpr bool areSignalsHeldBack = false;
#endif

/// A house with fake devices, a clock that stands still, and the real script host. The test's thread acts as core.
class House {
public:
    explicit House(std::chrono::milliseconds sliceBudget = std::chrono::milliseconds{200},
                   std::shared_ptr<JournalStore> store = nullptr)
        : store_(std::move(store))
    {
        options.program = ATRIUM_BINARY_DIR "/bin/atrium-luahost";
        options.sliceBudget = sliceBudget;
        handling = commands.handle("fake", [](const Device&, const Command& command) -> Result<CommandPlan> {
            CommandPlan plan;
            if (command.name == "on" || command.name == "off") plan.assumed.set("status", command.name == "on");
            return plan;
        });
        open();
    }
    ~House() { close(); }

    /// The server starts (again): everything but devices, clock and store is new.
    void open()
    {
        loop =
            std::make_unique<runtime::CoreLoop>(clock, [this](const std::string& text) { exceptions.push_back(text); });
        worker = std::make_unique<runtime::WorkerPool>("work", 1, 1000,
                                                       [this](const std::string& text) { exceptions.push_back(text); });
        journal = std::make_unique<Journal>(store_, *loop, *worker, *loop, log, metrics);
        webDesk = std::make_unique<WebDesk>(web, *loop, *loop, clock, log, metrics);
        desk = std::make_unique<HistoryDesk>(history, *worker, *loop, clock, devices, log, metrics);
        engine = std::make_unique<Engine>(
            Engine::Services{*loop, *loop, clock, devices, commands, mqtt, realtime, log, metrics,
                             [this] { return accounts; }, desk.get(), webDesk.get()},
            options, Site{}, *journal,
            Engine::Handlers{[this](AutomationId id, const std::vector<RuleView>&, std::uint64_t bytes) {
                                 loaded[id] = bytes;
                                 errors.erase(id);
                             },
                             [this](AutomationId id, const std::string& message) { errors[id] = message; },
                             [this](AutomationId id, const std::string& reason) { offenders[id] = reason; }});
        if (store_) {
            engine->restoreMarks(store_->marks());
            engine->restoreHolds(store_->holds());
            engine->runner().restore(store_->failureCounts());
        }
        engine->start();
    }

    /// The server ends, politely or not: nothing but the store remains.
    void close()
    {
        if (!engine) return;
        engine->stop();
        engine.reset();
        webDesk.reset();
        journal.reset();
        worker->stop();
        desk.reset();
        worker.reset();
        loop->stop();
        loop.reset();
    }

    void addDevice(std::int64_t id, const std::string& uid, std::vector<std::pair<std::string, Value>> attributes)
    {
        DeviceInfo info;
        info.id = DeviceId{id};
        info.uid = uid;
        info.name = uid;
        info.integration = "fake";
        devices.put(info, attributesOf(std::move(attributes))).value();
    }

    void report(std::int64_t id, const std::string& attribute, Value value)
    {
        devices.report({DeviceId{id}, {{attribute, std::move(value)}}, clock.now(), {newCorrelationId(), "device", 0}});
    }

    /// Loads a script and waits for what becomes of it: an empty text, or the error.
    std::string load(std::int64_t id, const std::string& source, const std::string& name = "test.lua",
                     UserId author = {})
    {
        const AutomationId automation{id};
        loaded.erase(automation);
        errors.erase(automation);
        engine->apply({automation, name, source, author}, Engine::Triggers::Armed);
        EXPECT_TRUE(until([&] { return loaded.contains(automation) || errors.contains(automation); })) << name;
        return errors.contains(automation) ? errors[automation] : "";
    }

    bool until(const std::function<bool()>& done, std::chrono::milliseconds limit = std::chrono::seconds{5})
    {
        const auto end = std::chrono::steady_clock::now() + limit;
        for (;;) {
            loop->turn();
            if (done()) return true;
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::microseconds{200});
        }
    }

    /// Waits until the rule's newest run has ended; its record.
    const RunRecord* finishedRun(std::int64_t id, std::size_t count = 1)
    {
        const AutomationId automation{id};
        if (!until([&] { return engine->runLog().runs(automation, 100).size() >= count; })) return nullptr;
        return engine->runLog().last(automation);
    }

    /// Time passes, and what is due is done.
    void advance(std::chrono::microseconds duration)
    {
        clock.advance(duration);
        loop->turn();
    }

    /// Long enough for anything that should not happen to happen.
    void settle(std::chrono::milliseconds duration = std::chrono::milliseconds{60})
    {
        until([] { return false; }, duration);
    }

    bool published(const std::string& topic, const std::string& payload) const
    {
        return std::any_of(mqtt.published.begin(), mqtt.published.end(), [&](const auto& publication) {
            return publication.topic == topic && publication.payload == payload;
        });
    }

    std::vector<std::string> commandNames() const
    {
        std::vector<std::string> names;
        for (const auto& command : commands.sent) names.push_back(command.name);
        return names;
    }

    testing::ManualClock clock;
    testing::FakeDevices devices{clock};
    testing::FakeCommands commands{devices};
    testing::FakeMqtt mqtt{clock};
    MemoryHistory history; ///< what rules read of the past
    WebOptions web{{"localhost"}, outgoing::PrivateAddresses::Allowed, "", 60};
    testing::FakeRealtime realtime;
    std::shared_ptr<Accounts> accounts; ///< null = no plugin knows accounts
    testing::RecordingLog log;
    testing::MemoryMetrics metrics;
    HostOptions options;
    std::vector<std::string> exceptions;
    std::map<AutomationId, std::uint64_t> loaded;
    std::map<AutomationId, std::string> errors;
    std::map<AutomationId, std::string> offenders;
    Subscription handling;
    std::unique_ptr<runtime::CoreLoop> loop;
    std::unique_ptr<runtime::WorkerPool> worker;
    std::unique_ptr<Journal> journal;
    std::unique_ptr<HistoryDesk> desk;
    std::unique_ptr<WebDesk> webDesk;
    std::unique_ptr<Engine> engine;

private:
    std::shared_ptr<JournalStore> store_;
};

inline std::string readFile(const std::string& path)
{
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace atrium::automation
