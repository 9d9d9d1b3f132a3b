#pragma once

#include "notify_plugin.h"

#include "atrium/services/mailer.h"
#include "support/smtp_server.h"
#include "testing/fake_plugin_context.h"
#include "testing/temp_database.h"

#include <gtest/gtest.h>

#include <thread>

namespace atrium::notify {

/// The plugin with a clock of the test's and a database.
class NotifyFixture : public ::testing::Test {
protected:
    NotifyFixture()
    {
        context.settings()
            .set("smtpHost", "")
            .set("smtpPort", 587)
            .set("smtpTls", "none")
            .set("smtpCa", "")
            .set("smtpUser", "")
            .set("smtpPassword", "")
            .set("smtpFrom", "Atrium <home@example.org>")
            .set("webhookHosts", "localhost")
            .set("webhookPrivateAddresses", true)
            .set("webhookSecret", "")
            .set("webhookCa", "")
            .set("patienceHours", 24)
            .set("outboxLimit", 10);
    }
    void start()
    {
        plugin = std::make_unique<NotifyPlugin>();
        plugin->configure(context);
        plugin->start();
        mailer = context.services().require<Mailer>();
    }
    void stop()
    {
        plugin->stop(context.clock().steadyNow() + std::chrono::seconds{5});
        mailer.reset();
        plugin.reset();
    }
    static bool eventually(const std::function<bool()>& condition)
    {
        for (int i = 0; i < 4000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
        return false;
    }
    std::uint64_t count(const char* channel, const char* category, const char* result)
    {
        return context.metrics().count("atrium_notify_messages_total",
                                       {{"channel", channel}, {"category", category}, {"result", result}});
    }
    void expectNothingInTheLog(std::string_view secret)
    {
        EXPECT_FALSE(context.log().mentions(secret)) << secret;
        EXPECT_EQ(context.health().reason().find(secret), std::string::npos) << secret;
    }

    testing::TempDatabase database{std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations"};
    testing::FakePluginContext context{"notify", database.folder() / "plugin-data", database.database()};
    std::unique_ptr<NotifyPlugin> plugin;
    std::shared_ptr<Mailer> mailer;
};

} // namespace atrium::notify
