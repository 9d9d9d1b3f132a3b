#include "device_repository.h"

#include "attribute_catalog.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

namespace atrium::devices {
namespace {

TEST(Slug, DropsAccentsAndSigns)
{
    EXPECT_EQ(slug("Lumière Salon"), "lumiere-salon");
    EXPECT_EQ(slug("  Été à l'Île — n° 2 "), "ete-a-l-ile-n-2");
    EXPECT_EQ(slug("日本"), "x");
}

class DeviceRepositoryTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override
    {
        database.migrate("devices", std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations");
    }
    static StoredDevice lamp()
    {
        StoredDevice device;
        device.info.uid = "salon/lumiere";
        device.info.name = "Lumière 🐱";
        device.info.type = "light";
        device.info.room = "Salon";
        device.info.nominalPower = 60;
        device.info.createdAt = UtcTime{std::chrono::microseconds{1'795'000'000'123'456}};
        device.attributes = defaultAttributes("light");
        return device;
    }
    testing::TestDatabase database{GetParam()};
    DeviceRepository repository{*database};
};

INSTANTIATE_TEST_SUITE_P(Dialects, DeviceRepositoryTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(DeviceRepositoryTest, GivesADeviceBackAsItWas)
{
    const auto added = repository.add(lamp());
    const auto all = repository.loadAll();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].info.id, added.info.id);
    EXPECT_EQ(all[0].info.name, "Lumière 🐱");
    EXPECT_EQ(all[0].info.nominalPower, 60);
    EXPECT_EQ(all[0].info.createdAt, added.info.createdAt);
    ASSERT_EQ(all[0].attributes.size(), 3u);
    EXPECT_EQ(all[0].attributes[0].name, "status");
    EXPECT_EQ(all[0].attributes[0].kind, Value::Kind::Boolean);
    EXPECT_TRUE(all[0].attributes[0].writable);
    EXPECT_EQ(all[0].attributes[1].unit, "W");
}

TEST_P(DeviceRepositoryTest, GivesTwinsUidsOfTheirOwn)
{
    EXPECT_EQ(repository.add(lamp()).info.uid, "salon/lumiere");
    EXPECT_EQ(repository.add(lamp()).info.uid, "salon/lumiere-2");
    EXPECT_EQ(repository.add(lamp()).info.uid, "salon/lumiere-3");
}

TEST_P(DeviceRepositoryTest, UpdatesAndRemovesOnlyWhatIsThere)
{
    auto device = repository.add(lamp());
    device.info.room = "Bureau";
    EXPECT_TRUE(repository.update(device));
    EXPECT_TRUE(repository.update(device)) << "an update that changes nothing is no missing device";
    EXPECT_EQ(repository.loadAll()[0].info.room, "Bureau");
    EXPECT_TRUE(repository.remove(device.info.id));
    EXPECT_FALSE(repository.remove(device.info.id));
    EXPECT_FALSE(repository.update(device));
}

} // namespace
} // namespace atrium::devices
