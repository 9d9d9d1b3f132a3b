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

TEST(SharedTest, WhoChangesItHasItsOwn)
{
    Shared<AttributeSpec> first(AttributeSpec{.name = "power"});
    const auto* const before = &*first;
    first.edit().unit = "W";
    EXPECT_EQ(&*first, before) << "nobody else held it";
    const auto second = first;
    first.edit().unit = "kW";
    EXPECT_EQ(second->unit, "W");
    EXPECT_EQ(first->unit, "kW");
    Shared<AttributeSpec> empty;
    empty.edit().name = "energy";
    EXPECT_EQ(Shared<AttributeSpec>()->name, "");
}

TEST(SharedListTest, CopiesHoldTheSameItemsUntilOneChanges)
{
    SharedList<int> first(std::vector{1, 2, 3});
    auto second = first;
    EXPECT_TRUE(second.isSame(first));
    second.edit()[1] = 7;
    EXPECT_EQ(first[1], 2);
    EXPECT_EQ(second[1], 7);
    EXPECT_EQ(second.size(), 3u);
    EXPECT_TRUE(SharedList<int>().empty());
}

TEST(SharedIfAnyTest, IsOnePointerThatMayBeNull)
{
    static_assert(sizeof(SharedIfAny<DesiredValue>) == sizeof(void*));
    const auto alive = std::make_shared<int>(1);
    SharedIfAny<std::shared_ptr<int>> none, some(alive);
    EXPECT_FALSE(none);
    none = some;
    some.reset();
    EXPECT_FALSE(some);
    EXPECT_EQ(**none, 1);
    EXPECT_EQ(alive.use_count(), 2);
    none.reset();
    EXPECT_EQ(alive.use_count(), 1);
}

/// What a campus of 10,000 devices of 30 functions holds 300,000 times.
TEST(DeviceTest, AttributesAndEntitiesStaySmall)
{
    EXPECT_LE(sizeof(Value), 16u);
    EXPECT_LE(sizeof(Attribute), 48u);
    EXPECT_LE(sizeof(Entity), 24u);
}

TEST(DeviceTest, ACopySharesWhatReportsDoNotChange)
{
    Device device;
    device.info.edit().name = "Lamp";
    device.entities = std::vector<Entity>(3);
    device.attributes.resize(3);
    auto copy = device;
    copy.attributes[0].value = 5;
    EXPECT_TRUE(copy.info.isSame(device.info));
    EXPECT_TRUE(copy.entities.isSame(device.entities));
    EXPECT_TRUE(device.attributes[0].value.isNull());
}

TEST(SharedTextTest, TextsTogetherAreTheSameTextsSideBySide)
{
    const std::vector<SharedText> apart{"sensor.power", "", "sensor.energy_total", "x"};
    auto together = SharedText::together(apart);
    EXPECT_EQ(together, apart);
    EXPECT_TRUE(together[1].empty());
    const auto distance = together[2].view().data() - together[0].view().data();
    EXPECT_GT(distance, 0);
    EXPECT_LE(distance, 24);
    const SharedText last = together[3];
    together.clear();
    EXPECT_EQ(last, "x") << "one of them keeps the place of all";
    EXPECT_TRUE(SharedText::together({}).empty());
    EXPECT_TRUE(SharedText::together({""})[0].empty());
}

TEST(SharedTextTest, IsSortedByItsLetters)
{
    EXPECT_LT(SharedText("a"), SharedText("b"));
    EXPECT_LT(SharedText("a"), std::string("aa"));
    EXPECT_LT(SharedText(), SharedText("a"));
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
