// What people may not do: the server names who may not, and what, in both languages.
#include "why_fixture.h"

namespace atrium::testing {
namespace {

/// An author who may see and control device 7, and read and write automations.
class WhyRightsTest : public WhyTest {
protected:
    WhyRightsTest()
    {
        administrator = server.token();
        server.setToken("");
        author = server
                     .post("/api/auth/register",
                           Object{{"email", "author@example.org"}, {"password", "secret-1"}, {"name", "Author"}})
                     .body.textOr("token", "");
        server.setToken(administrator);
        user = server.get("/api/users?q=author@").body.find("users")->list().at(0).integerOr("id", 0);
        EXPECT_EQ(changeUser({{"ownRole", "visitor"}}), 200);
        for (const char* permission : {"automations.read", "automations.write"}) grant(permission);
        grant("devices.read", 7);
    }
    int changeUser(Object change)
    {
        return server.request("PUT", "/api/users/" + std::to_string(user), std::move(change)).status;
    }
    std::string grant(const std::string& permission, std::int64_t device = 0)
    {
        Object grant{{"userId", user}, {"permission", permission}};
        if (device) grant.append("object", Object{{"kind", "device"}, {"id", device}});
        const auto made = server.post("/api/grants", grant);
        EXPECT_EQ(made.status, 201) << made.text;
        return toJson(*made.body.find("id"));
    }
    /// All that was granted on a device.
    void takeBack(std::int64_t device)
    {
        const auto grants = server.get("/api/grants").body;
        for (const auto& one : grants.find("grants")->list()) {
            const auto* object = one.find("object");
            if (!object || !object->find("id") || toJson(*object->find("id")) != '"' + std::to_string(device) + '"')
                continue;
            EXPECT_EQ(server.request("DELETE", "/api/grants/" + toJson(*one.find("id"))).status, 200);
        }
    }
    void saveAsAuthor(const std::string& source)
    {
        server.setToken(author);
        save(source);
        server.setToken(administrator);
    }
    void expectRefusal(const std::string& en, const std::string& fr)
    {
        EXPECT_TRUE(eventually([&] { return cause("rights").textOr("refusal", "") == en; })) << at("/why").text;
        EXPECT_NE(at("/why", {{"Accept-Language", "fr"}}).text.find("Droits insuffisants : " + fr), std::string::npos)
            << at("/why", {{"Accept-Language", "fr"}}).text;
        EXPECT_NE(toJson(at("/why", {{"Accept-Language", "en"}}).body).find("Not permitted: "), std::string::npos);
    }

    std::string administrator, author;
    std::int64_t user = 0;
};

TEST_F(WhyRightsTest, ADeviceThatTheAuthorMayNotSeeAnyMoreIsTold)
{
    grant("devices.read", 8);
    const auto other = server.get("/api/devices/8").body.textOr("uid", "");
    saveAsAuthor("rule 'R' { on = { device '" + other + "'.status:becomes(true) }, run = function() end }");
    takeBack(8);
    expectRefusal("the author may not see " + other, "l'auteur n'a pas le droit de voir " + other);
}

TEST_F(WhyRightsTest, AClosedAccountIsTold)
{
    saveAsAuthor(onPower(":above(25)"));
    ASSERT_EQ(changeUser({{"active", false}}), 200);
    report(R"({"power":30})");
    expectRefusal("the account of the author is closed", "le compte de l'auteur est fermé");
    const auto told = at("/why").body;
    EXPECT_EQ(told.find("rules")->list()[0].find("not_run")->list().at(0).textOr("code", ""), "rights");
}

TEST_F(WhyRightsTest, TopicsThatTheAuthorMayNotReadAreTold)
{
    const auto permission = grant("automations.mqtt");
    saveAsAuthor("rule 'R' { on = { mqtt 'go' }, run = function() end }");
    ASSERT_EQ(server.request("DELETE", "/api/grants/" + permission).status, 200);
    expectRefusal("the author may not read MQTT topics", "l'auteur n'a pas le droit de lire des sujets MQTT");
}

TEST_F(WhyRightsTest, ACommandThatTheAuthorMayNotGiveIsTold)
{
    saveAsAuthor("rule 'R' { on = { device 'cuisine/prise'.power:above(25) }, run = function() "
                 "device 'cuisine/prise':on() end }");
    report(R"({"power":30})");
    expectRefusal("the author may not control cuisine/prise", "l'auteur n'a pas le droit de commander cuisine/prise");
    grant("devices.control", 7);
    EXPECT_NE(cause("step_failed").textOr("why", "").find("may not control"), std::string::npos)
        << "he may now, but the last run was before";
}

TEST_F(WhyRightsTest, TheModeOfTheHouseAndTopicsToWriteAreTold)
{
    saveAsAuthor("rule 'R' { on = { device 'cuisine/prise'.power:above(25) }, run = function() "
                 "house:set{ mode = 'away' } end }");
    report(R"({"power":30})");
    expectRefusal("the author may not set the mode of the house",
                  "l'auteur n'a pas le droit de changer le mode de la maison");
    saveAsAuthor("rule 'W' { on = { device 'cuisine/prise'.power:above(40) }, run = function() "
                 "mqtt.publish('a/b', '1') end }");
    report(R"({"power":50})");
    expectRefusal("the author may not write MQTT topics", "l'auteur n'a pas le droit d'écrire des sujets MQTT");
}

TEST_F(WhyRightsTest, WhatTheGrantsOfARuleLeaveOutIsTold)
{
    save("rule 'R' { on = { device 'cuisine/prise'.power:above(25) }, grants = { 'devices.control' }, "
         "run = function() alert.raise{ key = 'k', severity = 'major', text = 't' } end }");
    report(R"({"power":30})");
    expectRefusal("the grants of the rule do not contain \"alert\"",
                  "les droits de la règle (grants) ne contiennent pas « alert »");
}

TEST_F(WhyRightsTest, AMemberOfASelectionThatTheAuthorMayNotSeeAnyMoreIsTold)
{
    grant("devices.read", 10);
    saveAsAuthor("rule 'R' { on = { devices{ uid = 'bureau/lampe' }.status:becomes(true) }, run = function() end }");
    takeBack(10);
    expectRefusal("the author may not see bureau/lampe", "l'auteur n'a pas le droit de voir bureau/lampe");
}

} // namespace
} // namespace atrium::testing
