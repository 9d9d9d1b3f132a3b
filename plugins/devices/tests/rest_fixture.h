#pragma once

#include "devices_plugin.h"

#include "testing/fake_plugin_context.h"
#include "testing/temp_database.h"

#include <gtest/gtest.h>

#include <string>

namespace atrium::devices {

/// May do everything in one room only.
class RoomRights : public Rights {
public:
    explicit RoomRights(std::string room) : room_(std::move(room)) {}
    bool allow(std::string_view, const AccessObject& object) const override { return object.room == room_; }
    bool allowSomewhere(std::string_view) const override { return true; }

private:
    const std::string room_;
};

/// The plugin with the demo home, asked over its routes.
class RestFixture : public ::testing::Test {
protected:
    void SetUp() override
    {
        context.settings().set("topicPrefix", "aurion").set("demo", true);
        plugin.configure(context);
        plugin.start();
    }
    /// In the name of person 4, who may do everything unless `rights` say what.
    Result<HttpResponse> send(HttpMethod method, const std::string& path, Value body = {},
                              std::shared_ptr<const Rights> rights = nullptr)
    {
        testing::FakeRequest request{method, path, std::move(body)};
        request.principal.user = UserId(4);
        std::set<Permission, std::less<>> permissions;
        if (!rights) permissions = {"devices.read", "devices.control", "devices.manage"};
        request.principal.permissions = std::make_shared<std::set<Permission, std::less<>>>(permissions);
        request.principal.rights = std::move(rights);
        return context.http().send(request);
    }

    testing::TempDatabase database{ATRIUM_PLUGIN_SOURCE_DIR "/migrations"};
    testing::FakePluginContext context{"devices", database.folder() / "data", database.database()};
    DevicesPlugin plugin;
};

} // namespace atrium::devices
