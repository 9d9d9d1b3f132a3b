#include "atrium/device.h"
#include "atrium/shared.h"
#include "atrium/shared_text.h"
#include "atrium/value.h"

#include <gtest/gtest.h>

namespace atrium {
namespace {

TEST(SharedTest, CopiesHoldTheSameValueUntilTheLastOneGoes)
{
    auto alive = std::make_shared<int>(1);
    {
        Shared<std::shared_ptr<int>> first(alive);
        auto second = first;
        EXPECT_TRUE(second.isSame(first));
        EXPECT_FALSE(first.isLast());
        first = Shared<std::shared_ptr<int>>(nullptr);
        EXPECT_TRUE(second.isLast());
        EXPECT_EQ(alive.use_count(), 2);
        auto third = std::move(second);
        EXPECT_EQ(**third, 1);
    }
    EXPECT_EQ(alive.use_count(), 1);
}

TEST(SharedTest, AnEmptyOneHasTheDefaultValue)
{
    EXPECT_EQ(Shared<AttributeSpec>()->name, "");
    EXPECT_EQ(Shared<AttributeSpec>(), Shared<AttributeSpec>(AttributeSpec{}));
}

TEST(SharedTextTest, IsComparedByItsLetters)
{
    const SharedText text = std::string("sensor.power");
    const SharedText copy = text;
    EXPECT_EQ(copy, "sensor.power");
    EXPECT_EQ(copy.view().data(), text.view().data());
    EXPECT_EQ(text, SharedText("sensor.power"));
    EXPECT_NE(text, SharedText("sensor.energy"));
    EXPECT_EQ(SharedText(), "");
    EXPECT_TRUE(SharedText("").empty());
}

TEST(ValueTest, TakesAPartOfItselfInItsOwnPlace)
{
    Value value = List{Object{{"inner", List{1, "two"}}}};
    value = std::move(*value.list()[0].object().find("inner"));
    EXPECT_EQ(value, Value(List{1, "two"}));
    value = Value(value.list()[1]);
    EXPECT_EQ(value, Value("two"));
}

TEST(ValueTest, CopiesAreIndependentAndKindsKeptApart)
{
    Value value = Object{{"a", List{1, 2.5, true, nullptr, "text"}}};
    const Value copy = value;
    value.object().set("a", 7);
    EXPECT_EQ(copy.find("a")->list().size(), 5u);
    EXPECT_EQ(value.find("a")->integer(), 7);
    EXPECT_THROW(value.list(), std::bad_variant_access);
    EXPECT_THROW(Value("1").number(), std::bad_variant_access);
    EXPECT_EQ(Value(2), Value(2.0));
    EXPECT_FALSE(Value(1) == Value(true));
    const Value moved = std::move(value);
    EXPECT_TRUE(moved.isObject());
}

} // namespace
} // namespace atrium
