#pragma once

#include "atrium/json.h"
#include "automation/automation_api.h"
#include "automation/blueprints/blueprint_api.h"
#include "automation/hook_api.h"
#include "automation/simulation/memory_history.h"
#include "automation/sql_journal_store.h"
#include "automation/version_api.h"
#include "automation/why_api.h"
#include "runtime/core_loop.h"
#include "runtime/system_clock.h"
#include "runtime/worker_pool.h"
#include "testing/fake_accounts.h"
#include "testing/fake_commands.h"
#include "testing/fake_devices.h"
#include "testing/fake_http.h"
#include "testing/fake_mqtt.h"
#include "testing/fake_realtime.h"
#include "testing/memory_metrics.h"
#include "testing/recording_log.h"
#include "testing/temp_database.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atrium::automation {

/// The service as the server runs it: core on its thread, the machine's clock, files and the server's database.
class AutomationApiFixture : public ::testing::Test {
protected:
    AutomationApiFixture()
    {
        principal.user = UserId{4};
        accounts->rights = {{"automations.mqtt", "*"}, {"devices.read", "*"}, {"devices.control", "*"}};
        principal.permissions = std::make_shared<const std::set<Permission, std::less<>>>(
            std::set<Permission, std::less<>>{"automations.read", "automations.write"});
        std::filesystem::create_directories(folder);
        core.start();
        open();
    }
    ~AutomationApiFixture() override
    {
        close();
        core.stop();
        worker.stop();
    }

    void open()
    {
        AutomationOptions options;
        options.host.program = ATRIUM_BINARY_DIR "/bin/atrium-luahost";
        options.host.sliceBudget = std::chrono::milliseconds{300};
        options.folders = {{folder, SourceKind::LocalFile}};
        options.lookAtFolders = std::chrono::milliseconds{50};
        service = std::make_unique<AutomationService>(options,
                                                      AutomationServices{core, worker, core, clock, devices, commands,
                                                                         mqtt, realtime, log, metrics,
                                                                         [this] { return accounts; }, history},
                                                      std::make_shared<SqlJournalStore>(temp.database()));
        versions = std::make_unique<VersionApi>(*service, core, http); // its /export is no {id} of the next one
        api = std::make_unique<AutomationApi>(*service, core, http);
        hooks = std::make_unique<HookApi>(*service, core, http);
        why = std::make_unique<WhyApi>(*service, core, http);
        blueprints = std::make_unique<BlueprintShelf>(*service, temp.database(), devices, clock, core, worker, log);
        blueprintApi = std::make_unique<BlueprintApi>(*blueprints, *service, core, http);
        service->start();
        blueprints->start();
    }
    void close()
    {
        blueprintApi.reset();
        versions.reset();
        why.reset();
        hooks.reset();
        api.reset();
        service->stop();
        core.runAndWait([&] {
            blueprints.reset();
            service.reset();
        });
    }

    Result<HttpResponse> send(HttpMethod method, const std::string& path, Value body = {})
    {
        testing::FakeRequest request;
        request.method = method;
        request.path = path;
        request.body = std::move(body);
        request.principal = principal;
        return http.send(request);
    }
    Value get(const std::string& path)
    {
        const auto response = send(HttpMethod::Get, path);
        return response ? parseJson(response->body).value() : Value();
    }
    void write(const std::string& name, const std::string& source) const
    {
        std::ofstream(folder / (name + ".new")) << source;
        std::filesystem::rename(folder / (name + ".new"), folder / name);
    }
    /// The automation of this name, when it fulfils `wanted`.
    Value when(const std::string& name, const std::function<bool(const Value&)>& wanted)
    {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
        while (std::chrono::steady_clock::now() < end) {
            const auto list = get("/api/automations");
            for (const auto& automation : list.find("automations")->list())
                if (automation.textOr("name", "") == name && wanted(automation)) return automation;
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
        ADD_FAILURE() << name << " is not as wanted: " << toJson(get("/api/automations"));
        return {};
    }
    bool becomesTrueOnCore(const std::function<bool()>& condition)
    {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
        bool is = false;
        while (!is && std::chrono::steady_clock::now() < end) {
            core.runAndWait([&] { is = condition(); });
            if (!is) std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
        return is;
    }
    static bool isActive(const Value& automation) { return automation.textOr("state", "") == "active"; }

    runtime::SystemClock clock;
    testing::TempDatabase temp{std::filesystem::path(ATRIUM_SOURCE_DIR "/database/migrations")};
    std::filesystem::path folder = temp.folder() / "automations";
    runtime::CoreLoop core{clock, [](const std::string& text) { ADD_FAILURE() << text; }};
    runtime::WorkerPool worker{"work", 2, 100, [](const std::string& text) { ADD_FAILURE() << text; }};
    testing::FakeDevices devices{clock};
    testing::FakeCommands commands{devices};
    testing::FakeMqtt mqtt{clock};
    testing::FakeRealtime realtime;
    testing::RecordingLog log;
    MemoryHistory history;
    testing::MemoryMetrics metrics;
    testing::FakeHttp http;
    Principal principal;
    std::shared_ptr<testing::FakeAccounts> accounts = std::make_shared<testing::FakeAccounts>();
    std::unique_ptr<AutomationService> service;
    std::unique_ptr<AutomationApi> api;
    std::unique_ptr<HookApi> hooks;
    std::unique_ptr<WhyApi> why;
    std::unique_ptr<VersionApi> versions;
    std::unique_ptr<BlueprintShelf> blueprints;
    std::unique_ptr<BlueprintApi> blueprintApi;
};

} // namespace atrium::automation
