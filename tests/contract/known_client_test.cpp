// The requests that existing clients send about devices, with the answers that they rely on (issue 2): one line a
// request.
#include "known_client.h"

#include "atrium/json.h"

namespace atrium::contract {
namespace {

INSTANTIATE_TEST_SUITE_P(Stores, KnownClientTest, ::testing::Values(testing::Store::Sqlite, testing::Store::MariaDb),
                         [](const auto& info) { return nameOf(info.param); });

constexpr const char* anyDevice =
    R"({"id":"<integer>","name":"<text>","type":"<text>","room":"<text>","status":"<boolean>",
                                      "power":"<number>"})";

TEST_P(KnownClientTest, ShowsAndSwitchesDevices)
{
    const std::string anyList = std::string("[") + anyDevice + "]";
    run({
        {Who::User, "GET /api/devices", "", 200, anyList.c_str()},
        {Who::Nobody, "GET /api/devices", "", 401, R"({"message":"Token manquant"})"},
        {Who::User, "GET /api/devices/1", "", 200,
         R"({"id":1,"name":"Lumière","type":"light","room":"Salon","status":false})"},
        {Who::User, "GET /api/devices/1/status", "", 200, anyDevice},
        {Who::User, "GET /api/devices/999", "", 404,
         R"({"message":"Appareil non trouvé","error":"Appareil non trouvé"})"},
        {Who::User, "POST /api/devices/1/toggle", "", 200, R"({"id":1,"status":true})"},
        {Who::User, "GET /api/devices/1", "", 200, R"({"status":true})"},
        {Who::User, "POST /api/devices/1/toggle", "", 200, R"({"id":1,"status":false})"},
        {Who::User, "POST /api/devices/999/toggle", "", 404, R"({"success":false,"message":"Appareil non trouvé"})"},
        {Who::Nobody, "POST /api/devices/1/toggle", "", 401, R"({"message":"Token manquant"})"},
        {Who::User, "POST /api/devices/1/commands", R"({"command":"on"})", 200, R"({"status":true})"},
        {Who::User, "POST /api/devices/1/commands", R"({"command":"explode"})", 400,
         R"({"success":false,"message":"Commande inconnue : explode"})"},
        {Who::User, "GET /api/devices/rooms", "", 200, R"([{"name":"<text>","devices":"<integer>","on":"<integer>"}])"},
    });
}

TEST_P(KnownClientTest, KnowsWhetherEverybodyIsAway)
{
    run({
        {Who::User, "GET /api/devices/away-mode", "", 200, R"({"enabled":false})"},
        {Who::User, "POST /api/devices/away-mode", R"({"enabled":true})", 200, R"({"enabled":true})"},
        {Who::User, "GET /api/devices/away-mode", "", 200, R"({"enabled":true,"since":"<text>","next":["<object>"]})"},
        {Who::User, "POST /api/devices/away-mode", R"({"enabled":"yes"})", 400,
         R"({"errors":[{"pointer":"/enabled"}]})"},
        {Who::User, "POST /api/devices/away-mode", R"({"enabled":false})", 200, R"({"enabled":false})"},
        {Who::Nobody, "POST /api/devices/away-mode", R"({"enabled":true})", 401, R"({"message":"Token manquant"})"},
    });
}

TEST_P(KnownClientTest, AddsEditsAndRemovesDevices)
{
    auto& server = servers[GetParam()];
    constexpr const char* heater = R"({"name":"Radiateur","type":"climate","room":"Séjour","power":1500})";
    run({{Who::User, "POST /api/devices", heater, 403, R"({"message":"Accès refusé"})"},
         {Who::Administrator, "POST /api/devices", R"({"name":"Radiateur","type":"climate"})", 400,
          R"({"errors":[{"pointer":"/room","detail":"<text>"}]})"},
         {Who::Administrator, "POST /api/devices", R"({"name":"","type":"climate","room":"x"})", 400,
          R"({"errors":[{"pointer":"/name"}]})"}});
    server.process->setToken(server.administrator);
    const auto added = server.process->send("POST", "/api/devices", heater);
    ASSERT_EQ(added.status, 201) << added.text;
    EXPECT_EQ(
        difference(parseJson(R"({"id":"<integer>","name":"Radiateur","type":"climate","room":"Séjour","status":false,
                                       "power":1500})")
                       .value(),
                   added.body),
        "");
    const auto path = "/api/devices/" + toJson(*added.body.find("id"));
    EXPECT_EQ(added.header("location"), path);
    const auto read = "GET " + path, edit = "PUT " + path, remove = "DELETE " + path,
               toggle = "POST " + path + "/toggle";
    run({{Who::User, read.c_str(), "", 200, R"({"name":"Radiateur"})"},
         {Who::User, toggle.c_str(), "", 200, R"({"status":true})"},
         {Who::User, edit.c_str(), R"({"name":"Poêle"})", 403, R"({"message":"Accès refusé"})"},
         {Who::Administrator, edit.c_str(), R"({"name":"Poêle"})", 200, R"({"name":"Poêle","room":"Séjour"})"},
         {Who::Administrator, edit.c_str(), R"({"power":-1})", 400, R"({"errors":[{"pointer":"/power"}]})"},
         {Who::User, remove.c_str(), "", 403, R"({"message":"Accès refusé"})"},
         {Who::Administrator, remove.c_str(), "", 200, R"({"success":true})"},
         {Who::Administrator, remove.c_str(), "", 404, R"({"message":"Appareil non trouvé"})"},
         {Who::User, read.c_str(), "", 404, R"({"message":"Appareil non trouvé"})"}});
}

} // namespace
} // namespace atrium::contract
