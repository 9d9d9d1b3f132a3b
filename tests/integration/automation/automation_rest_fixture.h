#pragma once

#include "tests/integration/automation/automation_api_fixture.h"

namespace atrium::automation {

/// Automations over REST, on the server's own database, with one lamp in the house.
class AutomationRestTest : public AutomationApiFixture {
protected:
    AutomationRestTest()
    {
        principal.permissions = std::make_shared<const std::set<Permission, std::less<>>>(
            std::set<Permission, std::less<>>{"automations.read", "automations.write", "devices.read"});
        DeviceInfo info;
        info.id = DeviceId{1};
        info.uid = info.name = "hall/light";
        core.runAndWait([&] {
            Attribute status;
            status.spec = AttributeSpec{"status", Value::Kind::Boolean};
            status.value = false;
            devices.put(info, {status}).value();
        });
    }
    Value created(const std::string& name, const std::string& source)
    {
        const auto response = send(HttpMethod::Post, "/api/automations", Object{{"name", name}, {"source", source}});
        EXPECT_TRUE(response) << (response ? "" : response.error().message.en);
        if (!response) return {};
        when(name, isActive);
        return parseJson(response->body).value();
    }
    static std::string path(const Value& automation, const std::string& rest = "")
    {
        return "/api/automations/" + std::to_string(automation.integerOr("id", 0)) + rest;
    }
    bool eventually(const std::function<bool()>& done)
    {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
        while (std::chrono::steady_clock::now() < end) {
            bool is = false;
            core.runAndWait([&] { is = done(); });
            if (is) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
        return false;
    }
    bool published(const std::string& topic, const std::string& payload)
    {
        return eventually([&] {
            for (const auto& publication : mqtt.published)
                if (publication.topic == topic && publication.payload == payload) return true;
            return false;
        });
    }
    void reopen()
    {
        close();
        open();
    }
};

} // namespace atrium::automation
