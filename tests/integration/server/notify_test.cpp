#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"
#include "support/smtp_server.h"

#include <gtest/gtest.h>

#include <fstream>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

TEST(NotifyTest, ARuleMailsTheAdministratorsOverTlsThoughTheServerWasKilledMeanwhile)
{
    SmtpServer mails(SmtpServer::Protection::StartTls);
    mails.behave("no-starttls"); // nothing leaves
    ServerProcess server({"smtp.host=localhost", "smtp.port=" + std::to_string(mails.port()), "smtp.tls=starttls",
                          "smtp.ca=" + mails.authorityFile(), "smtp.user=home", "smtp.password=open sesame",
                          "smtp.from=Home <home@example.org>"});
    server.start();
    server.signIn();
    std::ofstream(server.dataFolder() + "/automations/leak.lua") << R"(rule "Leak" {
  on  = { mqtt "leak" },
  run = function(ev) notify.send{ to = { role = "admin" }, title = "Fuite", text = "De l'eau à la cave" } end,
})";
    ASSERT_TRUE(eventually([&] {
        const auto answer = server.get("/api/automations").body;
        const auto& list = answer.find("automations")->list();
        return !list.empty() && list[0].textOr("state", "") == "active";
    })) << server.get("/api/automations").text;
    MqttPeer(server.mqttPort(), "leak", "x").publish("leak", "1");
    const auto metric = R"(atrium_notify_messages_total{channel="mail",category="rule",result="retry"})";
    ASSERT_TRUE(eventually([&] { return server.get("/metrics").text.find(metric) != std::string::npos; }))
        << server.log();
    EXPECT_TRUE(mails.mails().empty());
    EXPECT_EQ(server.log().find("sesame"), std::string::npos);
    server.kill();

    mails.behave("accept");
    server.start();
    const auto mail = mails.waitForMail();
    EXPECT_EQ(mail.to, ServerProcess::email);
    EXPECT_TRUE(mail.secure);
    EXPECT_EQ(mail.user, "home");
    EXPECT_EQ(mail.header("Subject"), "Fuite");
    EXPECT_EQ(mail.header("From"), "Home <home@example.org>");
    EXPECT_EQ(mail.text(), "De l'eau à la cave");
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(mails.mails().size(), 1u);
}

} // namespace
} // namespace atrium::testing
