#include "http/auth_gate.h"
#include "http/cors.h"
#include "http/network_address.h"
#include "http/problem.h"
#include "http/rate_limiter.h"
#include "http/response_writer.h"
#include "http/schema_validator.h"
#include "http/static_files.h"
#include "http/upgrade.h"

#include "atrium/json.h"
#include "runtime/worker_pool.h"
#include "testing/manual_clock.h"
#include "testing/memory_metrics.h"
#include "testing/recording_log.h"

#include <gtest/gtest.h>

namespace atrium::http {
namespace {

using namespace std::chrono_literals;

TEST(RateLimiter, RefillsWithTimeAndCountsAddressesApart)
{
    testing::ManualClock clock;
    RateLimiter limiter(clock, 60);
    for (int i = 0; i < 60; ++i) EXPECT_TRUE(limiter.take("192.0.2.1").allowed);
    const auto refused = limiter.take("192.0.2.1");
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.resetSeconds, 1u);
    EXPECT_TRUE(limiter.take("192.0.2.2").allowed);
    clock.advance(2s);
    EXPECT_TRUE(limiter.take("192.0.2.1").allowed);
    EXPECT_TRUE(limiter.take("192.0.2.1").allowed);
    EXPECT_FALSE(limiter.take("192.0.2.1").allowed);
}

TEST(RateLimiter, CountsAnIpv6NetworkAsOneAndStaysBounded)
{
    testing::ManualClock clock;
    RateLimiter limiter(clock, 1, 64);
    EXPECT_TRUE(limiter.take("2001:db8::1").allowed);
    EXPECT_FALSE(limiter.take("2001:db8::2").allowed);
    for (int i = 0; i < 5000; ++i)
        EXPECT_TRUE(limiter.take("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)).allowed);
}

TEST(NetworkAddress, KnowsTheLocalNetwork)
{
    for (const char* local : {"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.7", "169.254.1.1", "::1", "fd00::1",
                              "fe80::1", "::ffff:192.168.0.1"})
        EXPECT_TRUE(NetworkAddress::parse(local)->isLocal()) << local;
    for (const char* other : {"8.8.8.8", "172.32.0.1", "192.169.0.1", "2001:db8::1", "::"})
        EXPECT_FALSE(NetworkAddress::parse(other)->isLocal()) << other;
}

TEST(NetworkAddress, BelievesTrustedProxiesOnly)
{
    const std::vector<NetworkRange> none;
    const std::vector<NetworkRange> proxies{NetworkRange("10.0.0.0/8")};
    EXPECT_EQ(clientAddress("203.0.113.9", "1.2.3.4", proxies), "203.0.113.9");
    EXPECT_EQ(clientAddress("10.0.0.1", "1.2.3.4", none), "10.0.0.1");
    EXPECT_EQ(clientAddress("10.0.0.1", "6.6.6.6, 1.2.3.4", proxies), "1.2.3.4");
    EXPECT_EQ(clientAddress("10.0.0.1", "1.2.3.4, 10.0.0.2", proxies), "1.2.3.4");
    EXPECT_EQ(clientAddress("10.0.0.1", "rubbish", proxies), "10.0.0.1");
    EXPECT_THROW(NetworkRange("10.0.0.0/33"), std::invalid_argument);
}

TEST(Cors, EchoesConfiguredOriginsExactly)
{
    const Cors cors({{"http://localhost:3000"}, 600s});
    EXPECT_NE(cors.responseHeaders("http://localhost:3000").find("Allow-Credentials: true"), std::string::npos);
    for (const char* other : {"http://localhost:3001", "http://localhost:3000.evil.example", "null", ""})
        EXPECT_EQ(cors.responseHeaders(other).find("Allow-Origin"), std::string::npos) << other;
    const Cors open({{"*"}, 600s});
    EXPECT_NE(open.responseHeaders("http://a").find("Allow-Origin: *"), std::string::npos);
    EXPECT_EQ(open.responseHeaders("http://a").find("Credentials"), std::string::npos);
}

TEST(SchemaValidator, RefusesSchemasThatCouldCrashOrHang)
{
    EXPECT_THROW(SchemaValidator(R"({"type":"string","pattern":"^(a+)+$"})"), std::invalid_argument);
    EXPECT_THROW(SchemaValidator(R"({"properties":{"a":{"items":{"pattern":"x"}}}})"), std::invalid_argument);
    EXPECT_THROW(SchemaValidator(R"({"$ref":"#"})"), std::invalid_argument);
    EXPECT_THROW(SchemaValidator("{"), std::invalid_argument);
    EXPECT_NO_THROW(SchemaValidator(R"({"properties":{"pattern":{"type":"string"}}})"));
}

TEST(SchemaValidator, NeverRunsARegularExpressionForAFormat)
{
    const SchemaValidator schema(R"({"type":"string","format":"date-time"})");
    EXPECT_TRUE(schema.validate(Value(std::string(60'000, '1')), Language::English).empty());
}

TEST(SchemaValidator, PointsAtWhatIsWrongInBothLanguages)
{
    const SchemaValidator schema(R"({"type":"object","required":["name"],"additionalProperties":false,"properties":{
        "name":{"type":"string","minLength":2},"days":{"type":"array","items":{"type":"integer","maximum":6}}}})");
    const auto days = schema.validate(Object{{"name", "ab"}, {"days", List{1, 9}}}, Language::French);
    ASSERT_EQ(days.size(), 1u);
    EXPECT_EQ(days[0].pointer, "/days/1");
    EXPECT_EQ(days[0].detail, "doit être au plus 6");
    const auto missing = schema.validate(Object{}, Language::English);
    ASSERT_EQ(missing.size(), 1u);
    EXPECT_EQ(missing[0].pointer, "/name");
    EXPECT_EQ(missing[0].detail, "missing required field: name");
    const auto extra = schema.validate(Object{{"name", "ab"}, {"role", "admin"}}, Language::English);
    ASSERT_FALSE(extra.empty());
    EXPECT_EQ(extra[0].detail, "unknown field: role");
    EXPECT_TRUE(schema.validate(Object{{"name", "ab"}}, Language::English).empty());
}

TEST(Problem, CarriesWhatOldAndNewClientsRead)
{
    RequestContext context;
    context.language = Language::English;
    context.requestId = "r1";
    context.traceId = "t1";
    context.path = "/api/x";
    auto error = makeError(ErrorCode::NotFound, {"Appareil non trouvé", "Device not found"}, "secret detail");
    error.fields = {{"/a", "why"}};
    const auto response = makeProblem(error, context);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
    const auto body = parseJson(response.body);
    EXPECT_EQ(body->booleanOr("success", true), false);
    EXPECT_EQ(body->textOr("message", ""), "Device not found");
    EXPECT_EQ(body->textOr("error", ""), "Device not found");
    EXPECT_EQ(body->textOr("code", ""), "not-found");
    EXPECT_EQ(body->integerOr("status", 0), 404);
    EXPECT_EQ(body->textOr("requestId", ""), "r1");
    EXPECT_EQ(body->find("errors")->list().at(0).textOr("pointer", ""), "/a");
    EXPECT_EQ(response.contentType, "application/json; charset=utf-8");
    context.acceptsProblem = true;
    EXPECT_EQ(makeProblem(error, context).contentType, "application/problem+json; charset=utf-8");
}

TEST(Etag, ComparesWeaklyAndAcrossEncodings)
{
    EXPECT_TRUE(matchesEtag("\"a\"", "a"));
    EXPECT_TRUE(matchesEtag("\"x\", W/\"a-gz\"", "a"));
    EXPECT_TRUE(matchesEtag("*", "a"));
    EXPECT_FALSE(matchesEtag("\"b\"", "a"));
    EXPECT_FALSE(matchesEtag("a", "a"));
    EXPECT_FALSE(matchesEtag("*", ""));
}

TEST(ResponseWriter, RefusesHeadersThatWouldChangeTheFraming)
{
    auto response = HttpResponse::empty();
    EXPECT_TRUE(ResponseWriter::hasCleanHeaders(response));
    for (const auto& header : std::vector<std::pair<std::string, std::string>>{{"Location", "/a\r\nX: b"},
                                                                               {"Bad Name", "x"},
                                                                               {"Content-Length", "3"},
                                                                               {"connection", "close"},
                                                                               {"", "x"}}) {
        response.headers = {header};
        EXPECT_FALSE(ResponseWriter::hasCleanHeaders(response)) << header.first;
    }
}

TEST(WebSocketHandshake, FollowsTheExampleOfTheStandard)
{
    EXPECT_EQ(webSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(StaticFiles, KnowsHashedNames)
{
    EXPECT_TRUE(hasHashedName("index-3f9c2b1a.js"));
    EXPECT_TRUE(hasHashedName("app.0a1b2c3d.css"));
    EXPECT_FALSE(hasHashedName("index.html"));
    EXPECT_FALSE(hasHashedName("my-component.js"));
}

class AuthGateTest : public ::testing::Test {
protected:
    int status(const RouteAccess& access, std::string_view authorization, std::string_view address = "8.8.8.8")
    {
        const auto principal = gate.admit(access, authorization, address);
        return principal.ok() ? 200 : statusOf(principal.error());
    }

    testing::ManualClock clock;
    testing::MemoryMetrics metrics;
    testing::RecordingLog log;
    runtime::WorkerPool pool{"work", 1, 1, [](const std::string&) {}};
    bool homeOpen = false;
    HttpDependencies dependencies{clock,
                                  pool,
                                  metrics,
                                  log,
                                  [](std::string_view token) -> Result<Principal> {
                                      if (token != "good") return makeError(ErrorCode::Unauthenticated);
                                      Principal principal;
                                      principal.user = UserId{1};
                                      principal.permissions = std::make_shared<const std::set<Permission, std::less<>>>(
                                          std::set<Permission, std::less<>>{"devices.read"});
                                      return principal;
                                  },
                                  [this] { return homeOpen; }};
    AuthGate gate{dependencies};
};

TEST_F(AuthGateTest, TellsMissingFromBadFromForbidden)
{
    EXPECT_EQ(status(RouteAccess::open(), "Bearer junk"), 200);
    EXPECT_EQ(status(RouteAccess::authenticated(), ""), 401);
    EXPECT_EQ(status(RouteAccess::authenticated(), "Basic good"), 401);
    EXPECT_EQ(status(RouteAccess::authenticated(), "bearer good"), 200);
    EXPECT_EQ(status(RouteAccess::authenticated(), "Bearer " + std::string(5000, 'a')), 401);
    EXPECT_EQ(status(RouteAccess::permitted("devices.read"), "Bearer good"), 200);
    EXPECT_EQ(status(RouteAccess::permitted("users.manage"), "Bearer good"), 403);
    auto me = RouteAccess::authenticated();
    me.badTokenStatus = 403;
    EXPECT_EQ(status(me, "Bearer junk"), 403);
    EXPECT_EQ(status(me, ""), 401);
}

TEST_F(AuthGateTest, AnOpenHomeLetsTheLocalNetworkInAndLendsOnePermission)
{
    const auto home = RouteAccess::home("devices.control");
    EXPECT_EQ(status(home, "Bearer junk", "192.168.1.5"), 401);
    homeOpen = true;
    EXPECT_EQ(status(home, "Bearer junk", "192.168.1.5"), 200);
    EXPECT_EQ(status(home, "", "127.0.0.1"), 200);
    EXPECT_EQ(status(home, "", "8.8.8.8"), 401);
    EXPECT_EQ(status(RouteAccess::permitted("devices.control"), "", "127.0.0.1"), 401);
    const auto neighbour = gate.admit(home, "", "127.0.0.1");
    EXPECT_TRUE(neighbour->may("devices.control"));
    EXPECT_FALSE(neighbour->may("devices.read"));
    EXPECT_TRUE(neighbour->isAnonymous());
}

} // namespace
} // namespace atrium::http
