#include "account.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

namespace atrium::auth {
namespace {

Value body(const char* json) { return parseJson(json).value(); }

std::string refusal(const char* json)
{
    const auto result = readRegistration(body(json), PasswordPolicy());
    return result.ok() ? "accepted" : result.error().message.fr;
}

TEST(AccountTest, DerivesAllNamesFromAnyClientsShape)
{
    struct Case {
        const char* json;
        PersonName expected;
    };
    const Case cases[] = {
        {R"({"name":"Alice Martin Durand"})", {"Alice Martin Durand", "Alice Martin Durand", "Alice", "Martin Durand"}},
        {R"({"name":"Alice"})", {"Alice", "Alice", "Alice", ""}},
        {R"({"username":"bob","fname":"Bob","lname":"Doe"})", {"Bob Doe", "bob", "Bob", "Doe"}},
        {R"({"username":"bob"})", {"bob", "bob", "bob", ""}},
        {R"({"firstName":"Eve","lastName":"Roy"})", {"Eve Roy", "Eve Roy", "Eve", "Roy"}},
        {R"({"first_name":"Eve","last_name":"Roy"})", {"Eve Roy", "Eve Roy", "Eve", "Roy"}},
        {R"({"lname":"Roy"})", {"Roy", "Roy", "Roy", ""}},
        {R"({"name":"  Zoé   Petit ","username":" "})", {"Zoé   Petit", "Zoé   Petit", "Zoé", "Petit"}},
    };
    for (const auto& [json, expected] : cases) {
        const auto name = nameFrom(body(json));
        ASSERT_TRUE(name) << json;
        EXPECT_EQ(name->name, expected.name) << json;
        EXPECT_EQ(name->username, expected.username) << json;
        EXPECT_EQ(name->fname, expected.fname) << json;
        EXPECT_EQ(name->lname, expected.lname) << json;
    }
    for (const auto* nobody : {"{}", R"({"name":"  "})", R"({"name":5})", "null"}) EXPECT_FALSE(nameFrom(body(nobody)));
}

TEST(AccountTest, SaysAllThatIsWrongAtOnce)
{
    EXPECT_EQ(refusal("{}"), "Email invalide, Le mot de passe doit contenir au moins 6 caractères, Le nom est requis");
    EXPECT_EQ(refusal(R"({"email":"a@b.fr","password":"12345","name":"A"})"),
              "Le mot de passe doit contenir au moins 6 caractères");
    EXPECT_EQ(refusal(R"({"email":"a@b","password":"123456","name":"A"})"), "Email invalide");
    EXPECT_EQ(refusal(R"({"email":"a@b.fr","password":"123456"})"), "Le nom est requis");
    EXPECT_EQ(refusal(R"({"email":"a@b.fr","password":"123456","name":"A","avatarUrl":"javascript:x"})"),
              "Avatar invalide");
    EXPECT_EQ(refusal(R"({"email":"a@b.fr","password":"éééééé","name":"A"})"), "accepted") << "characters, not bytes";
    EXPECT_EQ(refusal(R"({"email":"a@b.fr","password":"ééé","name":"A"})"),
              "Le mot de passe doit contenir au moins 6 caractères");
    const auto fields = readRegistration(body("{}"), PasswordPolicy()).error().fields;
    ASSERT_EQ(fields.size(), 3u);
    EXPECT_EQ(fields[0].pointer, "/email");
}

TEST(AccountTest, TellsAddressesFromOtherText)
{
    for (const auto* good : {"a@b.fr", "a.b+c@d-e.co.uk", "A@B.FR", "root@localhost", "é@b.fr"})
        EXPECT_TRUE(isEmail(good)) << good;
    for (const std::string& bad :
         {std::string(), std::string("a"), std::string("@b.fr"), std::string("a@"), std::string("a@b"),
          std::string("a@@b.fr"), std::string("a b@c.fr"), std::string("a@b.fr\r\nBcc: x@y.fr"),
          std::string("a@b.fr,c@d.fr"), std::string("a@.fr"), std::string("a@b."), std::string("a@b..fr"),
          std::string("\"a\"@b.fr"), std::string(200, 'a') + "@b.fr", std::string("a@b.fr\0x", 8),
          std::string("a\xff@b.fr")})
        EXPECT_FALSE(isEmail(bad)) << bad;
    EXPECT_EQ(emailKey(" Alice@Example.FR "), "alice@example.fr");
}

TEST(AccountTest, NeverTakesARoleOrABalanceFromTheBody)
{
    const auto registration = readRegistration(
        body(R"({"email":"a@b.fr","password":"123456","name":"A","role":"admin","balance":100,"active":0})"),
        PasswordPolicy());
    ASSERT_TRUE(registration.ok());
    Account account;
    account.email = registration->email;
    account.name = registration->name;
    const Value json = toJsonObject(account);
    EXPECT_EQ(json.textOr("role", ""), "user");
    EXPECT_EQ(json.find("balance")->number(), 0);
}

TEST(AccountTest, ShowsAllFieldsThatSomeClientReads)
{
    Account account;
    account.id = UserId{4};
    account.email = "zoe@b.fr";
    account.name = {"Zoé <Petit>", "zoe", "Zoé", "<Petit>"};
    account.role = Role::Courier;
    account.balance = 1250;
    account.promotion = "EMI";
    const Value json = toJsonObject(account);
    for (const auto* key :
         {"id", "_id", "name", "email", "username", "fname", "lname", "phone", "role", "roles", "active", "balance",
          "promotion", "avatarUrl", "twoFactorEnabled", "createdAt", "created_at"})
        EXPECT_TRUE(json.find(key) && !json.find(key)->isNull()) << key;
    EXPECT_TRUE(json.find("id")->isInteger());
    EXPECT_EQ(*json.find("active"), Value(1)) << "a client tests === 1";
    EXPECT_EQ(*json.find("_id"), Value("4"));
    EXPECT_EQ(*json.find("balance"), Value(12.5));
    EXPECT_EQ(*json.find("roles"), Value(List{"livreur"}));
    EXPECT_FALSE(json.find("password") || json.find("passwordHash"));
    const auto avatar = json.textOr("avatarUrl", "");
    EXPECT_EQ(avatar.substr(0, 18), "data:image/svg+xml");
    EXPECT_EQ(avatar.find('<'), std::string::npos);
    EXPECT_EQ(avatar.find("%3CPetit"), std::string::npos) << "a name must not become markup";
}

TEST(AccountTest, ChangesOnlyWhatWasGiven)
{
    Account current;
    current.name = {"Alice Martin", "alice", "Alice", "Martin"};
    const auto change = readProfileChange(body(R"({"phone":"0601"})"), current);
    ASSERT_TRUE(change.ok());
    EXPECT_FALSE(change->name || change->email || change->promotion);
    EXPECT_EQ(change->phone, "0601");

    const auto renamed = readProfileChange(body(R"({"name":"Alice Durand","email":"x@y.fr","phone":null})"), current);
    ASSERT_TRUE(renamed.ok());
    EXPECT_EQ(renamed->name->lname, "Durand");
    EXPECT_EQ(renamed->name->username, "alice") << "a chosen user name stays";
    EXPECT_EQ(renamed->phone, "");

    const auto nick = readProfileChange(body(R"({"username":"al"})"), current);
    ASSERT_TRUE(nick.ok());
    EXPECT_EQ(nick->name->username, "al");
    EXPECT_EQ(nick->name->name, "Alice Martin");

    const auto bad = readProfileChange(body(R"({"name":" ","email":"x"})"), current);
    ASSERT_FALSE(bad.ok());
    EXPECT_EQ(bad.error().message.fr, "Email invalide, Le nom ne peut pas être vide");
}

} // namespace
} // namespace atrium::auth
