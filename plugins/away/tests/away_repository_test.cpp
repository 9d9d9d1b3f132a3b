#include "away_repository.h"

#include "support/test_database.h"

#include <gtest/gtest.h>

namespace atrium::away {
namespace {

class AwayRepositoryTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override { database.migrate("away", std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations"); }
    testing::TestDatabase database{GetParam()};
    AwayRepository repository{*database};
};

INSTANTIATE_TEST_SUITE_P(Dialects, AwayRepositoryTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(AwayRepositoryTest, KeepsTheLastState)
{
    EXPECT_EQ(repository.load(), AwayState{});
    const AwayState away{true, UserId{4}, fromMicroseconds(1'700'000'000'000'123)};
    repository.save(away);
    EXPECT_EQ(repository.load(), away);
    const AwayState home{false, UserId{5}, fromMicroseconds(1'700'000'100'000'000)};
    repository.save(home);
    EXPECT_EQ(repository.load(), home);
}

} // namespace
} // namespace atrium::away
