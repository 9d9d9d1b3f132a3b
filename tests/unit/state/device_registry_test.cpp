#include "state/device_registry.h"

#include "observability/metrics_registry.h"
#include "runtime/core_loop.h"
#include "testing/manual_clock.h"

#include <gtest/gtest.h>

namespace atrium::state {
namespace {

using namespace std::chrono_literals;

/// The test acts as core: whatever it posts runs in `onCore`.
class DeviceRegistryTest : public ::testing::Test {
protected:
    void onCore(std::function<void()> task)
    {
        loop.post(std::move(task));
        loop.turn();
    }
    void addLamp(std::int64_t id = 1, const std::string& uid = "salon/lumiere")
    {
        onCore([=, this] {
            DeviceInfo info;
            info.id = DeviceId(id);
            info.uid = uid;
            info.name = "Lumière " + std::to_string(id);
            ASSERT_TRUE(registry.put(info, {{AttributeSpec{"status", Value::Kind::Boolean}},
                                            {AttributeSpec{"power", Value::Kind::Number, "W"}}}));
        });
    }
    void report(Value status, std::chrono::milliseconds at)
    {
        onCore([=, this] { registry.report({DeviceId(1), {{"status", status}}, UtcTime(at), {}}); });
    }

    testing::ManualClock clock;
    observability::MetricsRegistry metrics;
    runtime::CoreLoop loop{clock, [](const std::string& text) { FAIL() << text; }};
    DeviceRegistry registry{clock, loop, loop, metrics};
};

TEST_F(DeviceRegistryTest, APageIsAPartOfTheListInTheOrderOfIds)
{
    for (const int id : {5, 1, 4, 2, 3}) addLamp(id, "lamp-" + std::to_string(id));
    const auto ids = [&](std::size_t first, std::size_t count) {
        const auto page = registry.page(first, count);
        EXPECT_EQ(page.total, 5u);
        std::vector<std::int64_t> out;
        for (const auto& device : page.devices) out.push_back(device->info->id.value);
        return out;
    };
    EXPECT_EQ(ids(0, 2), (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(ids(3, 10), (std::vector<std::int64_t>{4, 5}));
    EXPECT_TRUE(ids(5, 1).empty());
    EXPECT_TRUE(ids(SIZE_MAX, SIZE_MAX).empty());
    onCore([&] { registry.remove(DeviceId(2)); });
    EXPECT_EQ(registry.page(1, 1).devices.at(0)->info->id, DeviceId(3));
    EXPECT_EQ(registry.find(DeviceId(2)), nullptr);
    EXPECT_EQ(registry.list()->devices.size(), 4u);
}

TEST_F(DeviceRegistryTest, RaisesAnEventForAChangeAndNoneForARepetition)
{
    addLamp();
    std::vector<std::string> changes;
    const auto subscription = registry.onAttributeChanged([&](const AttributeChanged& change) {
        changes.push_back(change.attribute.spec->name + (change.previous.isNull() ? " first" : " again"));
    });
    report(true, 1s);
    report(true, 2s);
    report(false, 3s);
    EXPECT_EQ(changes, (std::vector<std::string>{"status first", "status again"}));
}

TEST_F(DeviceRegistryTest, IgnoresAnOlderReportThatCameLate)
{
    addLamp();
    report(true, 5s);
    report(false, 4s);
    clock.advance(20ms);
    loop.turn();
    EXPECT_EQ(registry.find(DeviceId(1))->value("status"), Value(true));
}

TEST_F(DeviceRegistryTest, RefusesAndCountsValuesOfTheWrongKind)
{
    addLamp();
    report("yes", 1s);
    EXPECT_TRUE(registry.find(DeviceId(1))->value("status").isNull());
    EXPECT_EQ(metrics.counter("atrium_device_values_refused_total", "").value(), 1u);
}

TEST_F(DeviceRegistryTest, AnAssumedValueIsMarkedUntilTheDeviceReports)
{
    addLamp();
    onCore([this] { registry.assume(DeviceId(1), "status", true, {}); });
    clock.advance(20ms);
    loop.turn();
    EXPECT_TRUE(registry.find(DeviceId(1))->find("status")->assumed());
    report(true, 1h);
    clock.advance(20ms);
    loop.turn();
    EXPECT_FALSE(registry.find(DeviceId(1))->find("status")->assumed());
}

TEST_F(DeviceRegistryTest, PublishesAFloodOncePerInterval)
{
    addLamp();
    clock.advance(20ms);
    int published = 0;
    const auto subscription = registry.onPublished([&](const auto& devices) { published += int(devices.size()); });
    for (int i = 0; i < 100; ++i) report(i % 2 == 0, 1s + i * 1ms);
    EXPECT_EQ(published, 1);
    clock.advance(10ms);
    loop.turn();
    EXPECT_EQ(published, 2);
    EXPECT_EQ(registry.find(DeviceId(1))->value("status"), Value(false));
}

TEST_F(DeviceRegistryTest, TwoDevicesCannotShareAUid)
{
    addLamp(1, "salon/lumiere");
    onCore([this] {
        DeviceInfo twin;
        twin.id = DeviceId(2);
        twin.uid = "salon/lumiere";
        const auto outcome = registry.put(twin, {});
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code, ErrorCode::Conflict);
    });
}

TEST_F(DeviceRegistryTest, FindsByUidNameAndNumber)
{
    addLamp(7, "a/b");
    EXPECT_EQ(registry.find("a/b")->info->id, DeviceId(7));
    EXPECT_EQ(registry.find("Lumière 7")->info->id, DeviceId(7));
    EXPECT_EQ(registry.find("7")->info->id, DeviceId(7));
    EXPECT_EQ(registry.find("8"), nullptr);
    onCore([this] { registry.remove(DeviceId(7)); });
    EXPECT_EQ(registry.find("a/b"), nullptr);
    EXPECT_TRUE(registry.list()->devices.empty());
}

TEST_F(DeviceRegistryTest, RestoresTheLastValuesOfTheDatabase)
{
    registry.restore(
        {{DeviceId(1), {{"status", {Value(true), UtcTime(1s), UtcTime(2s)}}, {"power", {Value("bad"), {}, {}}}}}});
    addLamp();
    EXPECT_EQ(registry.find(DeviceId(1))->value("status"), Value(true));
    EXPECT_TRUE(registry.find(DeviceId(1))->value("power").isNull());
}

TEST_F(DeviceRegistryTest, AnAssumedValueOfTheDatabaseCanBeGivenUp)
{
    registry.restore(
        {{DeviceId(1), {{"status", {Value(true), UtcTime(9s), UtcTime(2s), DesiredValue{true, false, UtcTime(9s)}}}}}});
    addLamp();
    EXPECT_TRUE(registry.find(DeviceId(1))->find("status")->assumed());
    onCore([this] { EXPECT_TRUE(registry.giveUp(DeviceId(1), "status", {})); });
    clock.advance(20ms);
    loop.turn();
    EXPECT_EQ(registry.find(DeviceId(1))->value("status"), Value(false));
    EXPECT_FALSE(registry.find(DeviceId(1))->find("status")->assumed());
}

TEST_F(DeviceRegistryTest, NobodyHoldsADeviceAsItWasOnceItsReadersAreGone)
{
    addLamp();
    auto list = registry.list();
    EXPECT_EQ(registry.list(), list) << "who asks at the same time shares it";
    const std::weak_ptr<const Device> before = list->devices[0];
    list.reset();
    report(true, 1s);
    clock.advance(20ms);
    loop.turn();
    EXPECT_TRUE(before.expired());
    EXPECT_EQ(registry.list()->devices[0]->value("status"), Value(true));
}

TEST_F(DeviceRegistryTest, AReportCopiesNeitherDescriptionNorEntities)
{
    onCore([this] {
        DeviceInfo info;
        info.id = DeviceId(1);
        info.uid = "lamp";
        std::vector<Entity> entities(2);
        entities[0].id = "light.a";
        entities[1].id = "light.b";
        ASSERT_TRUE(registry.put(info, {{AttributeSpec{"status", Value::Kind::Boolean}}}, entities));
    });
    const auto before = registry.find(DeviceId(1));
    report(true, 1s);
    clock.advance(20ms);
    loop.turn();
    const auto after = registry.find(DeviceId(1));
    EXPECT_NE(after, before);
    EXPECT_TRUE(after->info.isSame(before->info));
    EXPECT_TRUE(after->entities.isSame(before->entities));
    onCore([this] { registry.setAvailability(DeviceId(1), 1, Availability::Offline); });
    clock.advance(20ms);
    loop.turn();
    EXPECT_EQ(before->entities[1].availability, Availability::Available) << "a snapshot stays as it was";
    EXPECT_EQ(registry.find(DeviceId(1))->entities[1].availability, Availability::Offline);
}

TEST_F(DeviceRegistryTest, KeepsValuesWhenADeviceIsEdited)
{
    addLamp();
    report(true, 1s);
    addLamp();
    EXPECT_EQ(registry.find(DeviceId(1))->value("status"), Value(true));
}

TEST_F(DeviceRegistryTest, WritersMustBeOnCore)
{
    EXPECT_THROW(registry.setOnline(DeviceId(1), false), std::logic_error);
}

} // namespace
} // namespace atrium::state
