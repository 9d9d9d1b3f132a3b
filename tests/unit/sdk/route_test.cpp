#include "atrium/http.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace atrium {
namespace {

TEST(RouteTest, DoesNotExistWithoutAPolicy)
{
    static_assert(!std::is_default_constructible_v<Route>);
    static_assert(!std::is_convertible_v<RouteAccess, Route>);
    EXPECT_EQ(Route(RouteAccess::personal()).access.kind, RouteAccess::Kind::Personal);
}

} // namespace
} // namespace atrium
