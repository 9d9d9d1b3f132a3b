#include "http/percent.h"
#include "http/route_registry.h"
#include "http/router.h"

#include "runtime/system_clock.h"
#include "testing/memory_metrics.h"

#include <gtest/gtest.h>

namespace atrium::http {
namespace {

class RouterTest : public ::testing::Test {
protected:
    Subscription add(HttpMethod method, const std::string& path)
    {
        Route route(RouteAccess::authenticated());
        route.method = method;
        route.path = path;
        route.operationId = std::string(toString(method)) + path;
        return registry.route(route, [](const HttpRequest&) -> Result<HttpResponse> { return HttpResponse::empty(); });
    }
    std::string find(HttpMethod method, std::string_view path)
    {
        const auto match = registry.snapshot()->match(method, path);
        switch (match.kind) {
        case Router::Match::Kind::Found: {
            std::string text = match.entry->route.path;
            for (const auto& [name, value] : match.parameters) text += " " + name + "=" + value;
            return text;
        }
        case Router::Match::Kind::NotFound: return "404";
        case Router::Match::Kind::MethodNotAllowed: return "405";
        case Router::Match::Kind::Malformed: return "400";
        }
        return {};
    }

    runtime::SystemClock clock;
    testing::MemoryMetrics metrics;
    RouteRegistry registry{clock, metrics};
    Subscriptions routes;
};

TEST_F(RouterTest, PrefersLiteralsAndComesBackToParameters)
{
    routes += add(HttpMethod::Get, "/api/event/{id}");
    routes += add(HttpMethod::Post, "/api/event/create");
    routes += add(HttpMethod::Get, "/api/event/owner/{owner}");
    routes += add(HttpMethod::Get, "/api/event/{event}/tasks");
    EXPECT_EQ(find(HttpMethod::Get, "/api/event/5"), "/api/event/{id} id=5");
    EXPECT_EQ(find(HttpMethod::Post, "/api/event/create"), "/api/event/create");
    EXPECT_EQ(find(HttpMethod::Get, "/api/event/create"), "/api/event/{id} id=create");
    EXPECT_EQ(find(HttpMethod::Get, "/api/event/owner/2"), "/api/event/owner/{owner} owner=2");
    EXPECT_EQ(find(HttpMethod::Get, "/api/event/owner/tasks"), "/api/event/owner/{owner} owner=tasks");
    EXPECT_EQ(find(HttpMethod::Get, "/api/event/9/tasks"), "/api/event/{event}/tasks event=9");
    EXPECT_EQ(find(HttpMethod::Delete, "/api/event/5"), "405");
    EXPECT_EQ(find(HttpMethod::Get, "/api/none"), "404");
}

TEST_F(RouterTest, DecodesSegmentsOnceAndRefusesDirtyOnes)
{
    routes += add(HttpMethod::Get, "/api/devices/{id}");
    EXPECT_EQ(find(HttpMethod::Get, "/api/devices/a%20b%2Fc"), "/api/devices/{id} id=a b/c");
    EXPECT_EQ(find(HttpMethod::Get, "/api/devices/%2541"), "/api/devices/{id} id=%41");
    EXPECT_EQ(find(HttpMethod::Get, "/api/devices/%C3%A9/"), "/api/devices/{id} id=\xC3\xA9");
    for (const char* path : {"/api/devices/%00", "/api/devices/%0d", "/api/devices/%ff", "/api/devices/%c0%af",
                             "/api/devices/%2", "/api/devices/%zz", "/api/devices/..", "/api/devices/%2e%2e"})
        EXPECT_EQ(find(HttpMethod::Get, path), "400") << path;
    EXPECT_EQ(find(HttpMethod::Get, "/api//devices/1"), "404");
    EXPECT_EQ(find(HttpMethod::Get, "/api/devices/"), "404");
}

TEST_F(RouterTest, RefusesWrongDeclarations)
{
    routes += add(HttpMethod::Get, "/api/a/{id}");
    EXPECT_THROW((void)add(HttpMethod::Get, "/api/a/{other}"), std::invalid_argument);
    EXPECT_THROW((void)add(HttpMethod::Get, "api"), std::invalid_argument);
    EXPECT_THROW((void)add(HttpMethod::Get, "/api//x"), std::invalid_argument);
    EXPECT_THROW((void)add(HttpMethod::Get, "/api/{id}/{id}"), std::invalid_argument);
    EXPECT_EQ(find(HttpMethod::Get, "/api/a/1"), "/api/a/{id} id=1");
}

TEST_F(RouterTest, ForgetsWithdrawnRoutes)
{
    auto first = add(HttpMethod::Get, "/api/a");
    routes += add(HttpMethod::Get, "/api/b");
    first.reset();
    EXPECT_EQ(find(HttpMethod::Get, "/api/a"), "404");
    EXPECT_EQ(find(HttpMethod::Get, "/api/b"), "/api/b");
    first = add(HttpMethod::Get, "/api/a");
    EXPECT_EQ(find(HttpMethod::Get, "/api/a"), "/api/a");
}

TEST(Percent, ReadsQueries)
{
    const auto pairs = parseQuery("a=1&b=x+y%26&c&&d=");
    ASSERT_TRUE(pairs);
    EXPECT_EQ(*pairs, (QueryPairs{{"a", "1"}, {"b", "x y&"}, {"c", ""}, {"d", ""}}));
    EXPECT_FALSE(parseQuery("a=%00"));
    EXPECT_FALSE(parseQuery("%ff=1"));
}

} // namespace
} // namespace atrium::http
