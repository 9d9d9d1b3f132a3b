#include "plugins/plugin_host.h"

#include "runtime/core_loop.h"
#include "runtime/system_clock.h"
#include "testing/fake_plugin_context.h"
#include "testing/temp_database.h"

#include <fstream>
#include <gtest/gtest.h>

namespace atrium::plugins {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// A real host and real libraries; the services behind it are the fakes of the SDK.
class PluginHostTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        options.probe = ATRIUM_PROBE;
        options.probeTimeout = 500ms;
        options.startTimeout = 500ms;
        options.stopTimeout = 500ms;
        options.firstRetry = 20ms;
        options.maxRetries = 2;
        options.folders = {database.folder() / "plugins"};
        fs::create_directories(options.folders[0]);
        fs::create_directories(database.folder() / "data");
        core.start();
    }
    void TearDown() override
    {
        host.reset();
        core.stop();
    }
    /// Drops a plugin into the plugin folder.
    void drop(const std::string& id) { drop(id, fs::path(ATRIUM_FAULTY_PLUGINS) / id); }
    void drop(const std::string& id, const fs::path& from)
    {
        fs::copy(from, options.folders[0] / id, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    }
    void start()
    {
        host = std::make_unique<PluginHost>(
            options, server, services, permissions, [this](const std::string& key) -> std::optional<std::string> {
                const auto found = settings.find(key);
                return found == settings.end() ? std::nullopt : std::optional(found->second);
            });
        host->startAll();
    }
    PluginStatus status(const std::string& id)
    {
        for (auto& status : host->status())
            if (status.id == id) return status;
        ADD_FAILURE() << "no such plugin: " << id;
        return {};
    }
    void expectGoodGoesOn() { EXPECT_EQ(get("/api/good"), "\"good\""); }
    std::string get(const std::string& path)
    {
        const auto answer = fakes.http().send({HttpMethod::Get, path});
        return answer ? answer->body : toString(answer.error().code);
    }
    PluginState eventually(const std::string& id, PluginState wanted)
    {
        for (int i = 0; i < 300 && status(id).state != wanted; ++i) std::this_thread::sleep_for(10ms);
        return status(id).state;
    }

    testing::TempDatabase database;
    runtime::SystemClock clock;
    runtime::CoreLoop core{clock, [](const std::string&) {}};
    testing::FakePluginContext fakes{"host", database.folder() / "data", database.database()};
    ServerServices server{fakes.automation(),
                          clock,
                          fakes.commands(),
                          database.database(),
                          fakes.devices(),
                          fakes.history(),
                          fakes.http(),
                          fakes.metrics(),
                          fakes.mqtt(),
                          fakes.realtime(),
                          core,
                          core,
                          core,
                          [this](const std::string&) -> Log& { return fakes.log(); },
                          [](const std::string&, const fs::path&) {},
                          database.folder() / "data"};
    ServiceRegistry services;
    ManifestPermissionCatalog permissions;
    std::map<std::string, std::string> settings;
    PluginHostOptions options;
    std::unique_ptr<PluginHost> host;
};

struct Fault {
    const char* plugin;
    PluginState state;
    const char* reason; ///< what its reason must contain
};

class FaultyPluginTest : public PluginHostTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(FaultyPluginTest, TakesDownItselfAndNobodyElse)
{
    const auto fault = GetParam();
    drop("good");
    drop(fault.plugin);
    start();
    EXPECT_EQ(eventually(fault.plugin, fault.state), fault.state) << toString(status(fault.plugin).state);
    EXPECT_NE(status(fault.plugin).reason.find(fault.reason), std::string::npos) << status(fault.plugin).reason;
    EXPECT_EQ(status("good").state, PluginState::Running);
    expectGoodGoesOn();
}

INSTANTIATE_TEST_SUITE_P(
    All, FaultyPluginTest,
    ::testing::Values(Fault{"throws_in_constructor", PluginState::Rejected, "its constructor throws: no"},
                      Fault{"throws_in_configure", PluginState::Failed, "cannot configure"},
                      Fault{"throws_int_in_start", PluginState::Failed, "no std::exception"},
                      Fault{"missing_symbol", PluginState::Rejected, "nowhereToBeFound"},
                      Fault{"wrong_abi", PluginState::Rejected, "plugin: 2.0, server: 1.0"},
                      Fault{"wrong_tag", PluginState::Rejected, "plugin: gcc1-other, server: " ATRIUM_BUILD_TAG},
                      Fault{"hangs_in_start", PluginState::Failed, "start took longer than 500 ms"},
                      Fault{"hangs_in_probe", PluginState::Rejected, "hangs when it is loaded"},
                      Fault{"crashes_in_probe", PluginState::Rejected, "killed by signal 11"}),
    [](const auto& info) { return info.param.plugin; });

TEST_F(PluginHostTest, AHangingPluginLosesItsRegistrations)
{
    drop("hangs_in_start");
    start();
    EXPECT_EQ(get("/api/hangs"), "not-found");
}

TEST_F(PluginHostTest, LeakedRegistrationsEndWithThePlugin)
{
    drop("leaks_registrations");
    start();
    EXPECT_EQ(get("/api/leaky"), "1");
    EXPECT_EQ(host->disable("leaks_registrations")->state, PluginState::Disabled);
    EXPECT_EQ(get("/api/leaky"), "not-found");
    fakes.mqtt().deliver("leaky", "");
}

TEST_F(PluginHostTest, ExceptionsOfHandlersDegradeAndThenFailThePlugin)
{
    drop("throws_in_handlers");
    start();
    EXPECT_EQ(get("/api/faulty"), "internal");
    EXPECT_EQ(status("throws_in_handlers").health, HealthState::Degraded);
    for (std::size_t i = 1; i < PluginGuard::failureLimit; ++i) fakes.mqtt().deliver("faulty", "");
    EXPECT_EQ(eventually("throws_in_handlers", PluginState::Failed), PluginState::Failed);
    EXPECT_EQ(get("/api/faulty"), "not-found");
    EXPECT_EQ(host->enable("throws_in_handlers")->state, PluginState::Running);
}

TEST_F(PluginHostTest, LoadsAPluginThatIsDroppedWhileItRuns)
{
    start();
    EXPECT_EQ(host->load("good").error().code, ErrorCode::NotFound);
    drop("good");
    EXPECT_EQ(host->load("good")->state, PluginState::Running);
    expectGoodGoesOn();
}

TEST_F(PluginHostTest, DisabledStaysDisabledAfterARestart)
{
    drop("good");
    start();
    EXPECT_EQ(host->disable("good")->state, PluginState::Disabled);
    EXPECT_EQ(get("/api/good"), "not-found");
    host.reset();
    start();
    EXPECT_EQ(status("good").state, PluginState::Disabled);
    EXPECT_EQ(host->enable("good")->state, PluginState::Running);
    expectGoodGoesOn();
}

TEST_F(PluginHostTest, DependentsFollowTheirProvider)
{
    drop("dependent");
    start();
    EXPECT_EQ(status("dependent").reason, "waits for good/1");
    drop("good");
    EXPECT_TRUE(host->load("good"));
    EXPECT_EQ(status("dependent").state, PluginState::Running);
    EXPECT_TRUE(host->disable("good"));
    EXPECT_EQ(status("dependent").state, PluginState::Discovered);
    EXPECT_EQ(status("dependent").reason, "waits for good/1");
}

TEST_F(PluginHostTest, AWrongSettingNamesKeyValueAndWhatIsAllowed)
{
    drop("good");
    std::ofstream(options.folders[0] / "good/settings.schema.json")
        << R"({"type":"object","properties":{"port":{"type":"integer","default":1,"minimum":1,"maximum":9}}})";
    settings["plugins.good.port"] = "70";
    start();
    EXPECT_EQ(status("good").state, PluginState::Rejected);
    EXPECT_EQ(status("good").reason, "plugins.good.port = 70; allowed: integer, at least 1, at most 9");
}

TEST_F(PluginHostTest, ABrokenManifestIsNamed)
{
    fs::create_directories(options.folders[0] / "broken");
    std::ofstream(options.folders[0] / "broken/plugin.json") << "{";
    drop("good");
    start();
    EXPECT_EQ(status("broken").state, PluginState::Rejected);
    EXPECT_NE(status("broken").reason.find("plugin.json"), std::string::npos);
    expectGoodGoesOn();
}

} // namespace
} // namespace atrium::plugins
