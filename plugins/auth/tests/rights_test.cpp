#include "auth_fixture.h"
#include "person_rights.h"

namespace atrium::auth {
namespace {

/// Saturday 2026-11-21 at an hour of Paris.
UtcTime paris(int hour, int minute = 0)
{
    return UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}} + std::chrono::hours{hour - 1} +
           std::chrono::minutes{minute};
}

class PersonRightsTest : public ::testing::Test {
protected:
    static Grant grantOf(AccessObject::Kind kind, const std::string& id, AccessWindow window = {})
    {
        Grant grant;
        grant.permission = "devices.control";
        grant.objectKind = kind;
        grant.objectId = id;
        grant.window = window;
        return grant;
    }
    bool may(const Grant& grant, const AccessObject& object)
    {
        return PersonRights({grant}, clock, siteTime).allow("devices.control", object);
    }
    void setTime(UtcTime time) { clock.jumpTo(time); }
    testing::ManualClock clock;
    SiteTime siteTime{"Europe/Paris"};
};

using Kind = AccessObject::Kind;

TEST_F(PersonRightsTest, HoldForAnObjectAndForWhatIsInIt)
{
    const auto lamp = AccessObject::ofDevice(DeviceId{5}, "Salon");
    EXPECT_TRUE(may(grantOf(Kind::Site, ""), lamp));
    EXPECT_TRUE(may(grantOf(Kind::Room, "Salon"), lamp));
    EXPECT_TRUE(may(grantOf(Kind::Device, "5"), lamp));
    EXPECT_FALSE(may(grantOf(Kind::Device, "6"), lamp));
    EXPECT_FALSE(may(grantOf(Kind::Device, "55"), lamp));
    EXPECT_FALSE(may(grantOf(Kind::Room, "salon"), lamp));
    EXPECT_FALSE(may(grantOf(Kind::Plug, "5"), lamp)) << "numbers of different kinds do not mix";
    EXPECT_FALSE(may(grantOf(Kind::Device, "5"), AccessObject::site())) << "nothing wider";
    EXPECT_FALSE(may(grantOf(Kind::Device, "5"), AccessObject::ofRoom("Salon")));
    EXPECT_FALSE(may(grantOf(Kind::Room, ""), AccessObject::ofDevice(DeviceId{5}, "")));
    const PersonRights rights({grantOf(Kind::Device, "5")}, clock, siteTime);
    EXPECT_FALSE(rights.allow("devices.manage", lamp));
    EXPECT_TRUE(rights.allowSomewhere("devices.control"));
    EXPECT_FALSE(rights.allowSomewhere("devices.read"));
}

TEST_F(PersonRightsTest, HoldInTheirHoursOfTheSite)
{
    AccessWindow window;
    window.days = 1u << 5; // Saturday
    window.fromMinute = 22 * 60;
    window.untilMinute = 2 * 60;
    const auto grant = grantOf(Kind::Site, "", window);
    for (const auto& [time, open] : {std::pair{paris(21, 59), false},
                                     {paris(22), true},
                                     {paris(24), true},
                                     {paris(25, 59), true},
                                     {paris(26), false},
                                     {paris(1), false}}) {
        setTime(time);
        EXPECT_EQ(may(grant, AccessObject::site()), open) << toIso8601(time);
    }
}

TEST_F(PersonRightsTest, FollowDaylightTime)
{
    AccessWindow window;
    window.fromMinute = 8 * 60;
    window.untilMinute = 9 * 60;
    const auto grant = grantOf(Kind::Site, "", window);
    setTime(UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 7 / 1}} + 6h + 30min); // 08:30 in summer
    EXPECT_TRUE(may(grant, AccessObject::site()));
    setTime(UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}} + 6h + 30min); // 07:30 in winter
    EXPECT_FALSE(may(grant, AccessObject::site()));
}

TEST_F(PersonRightsTest, BeginAndEnd)
{
    AccessWindow window;
    window.validFrom = paris(10);
    window.validUntil = paris(12);
    const auto grant = grantOf(Kind::Site, "", window);
    for (const auto& [time, open] : {std::pair{paris(9, 59), false}, {paris(10), true}, {paris(12), false}}) {
        setTime(time);
        EXPECT_EQ(may(grant, AccessObject::site()), open) << toIso8601(time);
    }
}

TEST(GrantTest, RefusesWhatMakesNoSense)
{
    for (const char* bad :
         {R"({})", R"({"permission":""})", R"({"permission":"a","object":{"kind":"galaxy","id":1}})",
          R"({"permission":"a","object":{"kind":"device"}})", R"({"permission":"a","object":{"kind":"site","id":"1"}})",
          R"({"permission":"a","days":[7]})", R"({"permission":"a","from":"25:00"})",
          R"({"permission":"a","from":"8:00"})", R"({"permission":"a","validUntil":"tomorrow"})"})
        EXPECT_FALSE(readGrant(parseJson(bad).value()).ok()) << bad;
}

using RightsApiTest = AuthPluginTest;

TEST_F(RightsApiTest, GrantsReachAPersonThroughGroupsAndEndAtOnce)
{
    start();
    const auto admin = tokenOf(alice);
    const auto token = tokenOf(bob);
    ASSERT_TRUE(put("/api/users/2", R"({"ownRole":"visitor"})", admin).ok());
    EXPECT_FALSE(authenticate(token)->maySomewhere("devices.control")) << "an own role has its grants and nothing else";
    const auto group = json(post("/api/groups", R"({"name":"Étage 2"})", admin)).integerOr("id", 0);
    const auto members = "/api/groups/" + std::to_string(group) + "/members";
    ASSERT_TRUE(put(members, R"({"members":[2]})", admin).ok());
    const auto body = R"({"groupId":)" + std::to_string(group) +
                      R"(,"permission":"devices.control","object":{"kind":"room","id":"Salon"}})";
    const auto grant = post("/api/grants", body.c_str(), admin);
    ASSERT_TRUE(grant.ok()) << problem(grant);
    const auto lamp = AccessObject::ofDevice(DeviceId{5}, "Salon");
    EXPECT_TRUE(authenticate(token)->may("devices.control", lamp));
    EXPECT_FALSE(authenticate(token)->may("devices.control", AccessObject::ofDevice(DeviceId{6}, "Cuisine")));
    EXPECT_FALSE(authenticate(token)->may("devices.control"));
    stop();
    start();
    EXPECT_TRUE(authenticate(token)->may("devices.control", lamp)) << "also after a restart";
    ASSERT_TRUE(remove("/api/grants/" + std::to_string(json(grant).integerOr("id", 0)), admin).ok());
    EXPECT_FALSE(authenticate(token)->may("devices.control", lamp));
}

TEST_F(RightsApiTest, NobodyGrantsWhatTheyDoNotHave)
{
    start();
    const auto admin = tokenOf(alice);
    const auto user = tokenOf(bob);
    EXPECT_EQ(problem(post("/api/grants", R"({"userId":2,"permission":"accounts.manage"})", user)).substr(0, 3), "403");
    EXPECT_EQ(problem(post("/api/grants", R"({"userId":2,"permission":"house.burn"})", admin)).substr(0, 3), "400");
    EXPECT_EQ(problem(post("/api/grants", R"({"userId":99,"permission":"devices.control"})", admin)).substr(0, 3),
              "400");
    EXPECT_EQ(problem(post("/api/grants", R"({"permission":"devices.control"})", admin)).substr(0, 3), "400");
    EXPECT_EQ(problem(put("/api/users/2", R"({"role":"superadmin"})", admin)).substr(0, 3), "403");
}

TEST_F(RightsApiTest, LetsGuestsInByALinkUntilItExpires)
{
    start();
    const auto admin = tokenOf(alice);
    const auto until = toIso8601(context.clock().now() + 48h);
    const auto body = R"({"name":"Babysitter","until":")" + until +
                      R"(","grants":[{"permission":"devices.control","object":{"kind":"device","id":5}}]})";
    const auto made = post("/api/guests", body.c_str(), admin);
    ASSERT_TRUE(made.ok()) << problem(made);
    EXPECT_NE(json(made).textOr("url", "").find("/#/guest/"), std::string::npos);
    EXPECT_EQ(json(made).textOr("qrCode", "").substr(0, 4), "<svg");
    EXPECT_EQ(problem(post("/api/auth/guest", R"({"code":"guess"})")).substr(0, 3), "401");
    const auto enter = R"({"code":")" + json(made).textOr("code", "") + "\"}";
    const auto in = post("/api/auth/guest", enter.c_str());
    ASSERT_TRUE(in.ok()) << problem(in);
    const auto token = json(in).textOr("token", "");
    const auto guest = authenticate(token);
    ASSERT_TRUE(guest.ok());
    EXPECT_TRUE(guest->may("devices.control", AccessObject::ofDevice(DeviceId{5}, "Salon")));
    EXPECT_FALSE(guest->may("devices.control", AccessObject::ofDevice(DeviceId{6}, "Salon")));
    context.advance(49h);
    EXPECT_FALSE(authenticate(token).ok());
    EXPECT_FALSE(post("/api/auth/guest", enter.c_str()).ok());
    EXPECT_EQ(AccountRepository(database.database()).count(), 1) << "the guest's account is gone";
}

TEST_F(RightsApiTest, WritesDownWhoSignedInAndWhoWasRefused)
{
    start();
    const auto admin = tokenOf(alice);
    EXPECT_FALSE(post("/api/auth/login", R"({"email":"alice@home.fr","password":"wrong-one"})").ok());
    EXPECT_FALSE(
        post("/api/auth/login", R"({"email":"typed-password-by-mistake@home.fr","password":"wrong-one"})").ok());
    const auto refused = json(get("/api/audit?action=sign-in*&outcome=refused", admin));
    ASSERT_EQ(refused.find("entries")->list().size(), 2u);
    EXPECT_EQ(refused.find("entries")->list()[1].integerOr("userId", 0), 1);
    const auto csv = get("/api/audit/export", admin)->body;
    EXPECT_EQ(csv.substr(0, 10), "id,at,user");
    EXPECT_EQ(csv.find("wrong-one"), std::string::npos);
    EXPECT_EQ(csv.find("typed-password"), std::string::npos);
    EXPECT_EQ(problem(get("/api/audit", tokenOf(bob))).substr(0, 3), "403");
}

} // namespace
} // namespace atrium::auth
