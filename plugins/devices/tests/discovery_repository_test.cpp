#include "description_store.h"

#include "support/test_database.h"
#include "testing/fake_devices.h"
#include "testing/fake_plugin_context.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace atrium::devices {
namespace {

class DiscoveryRepositoryTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override
    {
        database.migrate("devices", std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations");
    }
    std::vector<std::int64_t> ids()
    {
        std::vector<std::int64_t> out;
        for (DeviceId after;;) {
            const auto rows = repository.load(after, 40);
            EXPECT_LE(rows.size(), 40u);
            if (rows.empty()) return out;
            for (const auto& row : rows) out.push_back(row.id.value);
            after = rows.back().id;
        }
    }
    testing::TestDatabase database{GetParam()};
    DiscoveryRepository repository{*database};
};

INSTANTIATE_TEST_SUITE_P(Dialects, DiscoveryRepositoryTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(DiscoveryRepositoryTest, GivesEverythingBackAPartAtATime)
{
    std::vector<StoredDescription> rows;
    for (int i = 1; i <= 100; ++i) rows.push_back({DeviceId(i), "uid-" + std::to_string(i), "{}"});
    repository.write(rows);
    repository.write({{DeviceId(50), "", ""}});
    const auto stored = ids();
    ASSERT_EQ(stored.size(), 99u);
    EXPECT_TRUE(std::is_sorted(stored.begin(), stored.end()));
    EXPECT_FALSE(std::binary_search(stored.begin(), stored.end(), 50));
}

TEST_P(DiscoveryRepositoryTest, TheStoreWritesWhatDevicesAreWhenTheirTurnComes)
{
    testing::FakePluginContext context{"devices", {}};
    auto& devices = context.devices();
    auto store =
        std::make_shared<DescriptionStore>(repository, devices, context.workers(), context.scheduler(), context.log());
    const auto put = [&](std::int64_t id, const std::string& uid) {
        DeviceInfo info;
        info.id = DeviceId(id);
        info.uid = uid;
        ASSERT_TRUE(devices.put(info, {}));
        store->store(info.id, {}, {{"homie", "key"}});
    };
    for (int i = 1; i <= 250; ++i) put(i, "uid-" + std::to_string(i));
    store->flush();
    EXPECT_EQ(ids().size(), 250u);

    // A name that another had until now, though the other's removal comes later in the order of ids.
    devices.remove(DeviceId(200));
    put(1, "uid-200");
    store->remove(DeviceId(200));
    store->remove(DeviceId(2));
    store->flush();
    EXPECT_EQ(ids().size(), 248u);
    EXPECT_EQ(repository.load({}, 1).at(0).uid, "uid-200");
    EXPECT_EQ(descriptionFromJsonText(DeviceId(1), repository.load({}, 1)[0].description).keys.at("homie"), "key");
}

} // namespace
} // namespace atrium::devices
