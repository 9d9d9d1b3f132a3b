#include "atrium/value.h"

#include <gtest/gtest.h>

namespace atrium {
namespace {

TEST(ObjectTest, TakesWhatItsBracesHoldWithoutACopy)
{
    std::string key(100, 'k'), text(100, 't');
    const auto* keyAt = key.data();
    const auto* textAt = text.data();
    const Object object{{std::move(key), 1}, {"text", std::move(text)}};
    EXPECT_EQ(static_cast<const void*>(object.begin()->first.data()), keyAt);
    EXPECT_EQ(static_cast<const void*>(object.find("text")->text().data()), textAt);
}

TEST(ObjectTest, KeepsOrderAndNestedBraces)
{
    const Object object{{"b", 1}, {"a", Object{{"x", "y"}}}, {"list", List{1, "two", nullptr}}};
    ASSERT_EQ(object.size(), 3u);
    EXPECT_EQ(object.begin()->first, "b");
    EXPECT_EQ(*object.find("a"), Value(Object{{"x", "y"}}));
    EXPECT_EQ(object.find("list")->list().size(), 3u);
    const Object pair{{"a", "b"}};
    EXPECT_EQ(pair.size(), 1u) << "not two texts";
}

} // namespace
} // namespace atrium
