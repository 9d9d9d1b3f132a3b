#include "storage/database_url.h"

#include <gtest/gtest.h>

namespace atrium::storage {
namespace {

TEST(DatabaseUrlTest, DefaultsToAFileInTheDataFolder)
{
    const auto url = parseDatabaseUrl("", "/data");
    EXPECT_EQ(url.dialect, SqlDialect::Sqlite);
    EXPECT_EQ(url.path, "/data/atrium.db");
    EXPECT_EQ(url.describe(), "sqlite:/data/atrium.db");
}

TEST(DatabaseUrlTest, KeepsAnAbsolutePath) { EXPECT_EQ(parseDatabaseUrl("sqlite:/x/y.db", "/data").path, "/x/y.db"); }

TEST(DatabaseUrlTest, ReadsAllPartsOfAServerAddress)
{
    const auto url = parseDatabaseUrl("mysql://at%20rium:p%40ss%2Fw@db.example:3307/campus", "/data");
    EXPECT_EQ(url.dialect, SqlDialect::MySql);
    EXPECT_EQ(url.user, "at rium");
    EXPECT_EQ(url.password, "p@ss/w");
    EXPECT_EQ(url.host, "db.example");
    EXPECT_EQ(url.port, 3307);
    EXPECT_EQ(url.name, "campus");
    EXPECT_EQ(url.describe(), "mysql://at rium@db.example:3307/campus");
}

TEST(DatabaseUrlTest, DefaultsPortAndPasswordAndKnowsIpV6)
{
    const auto url = parseDatabaseUrl("mysql://u@[::1]/n", "");
    EXPECT_EQ(url.host, "::1");
    EXPECT_EQ(url.port, 3306);
    EXPECT_EQ(url.password, "");
    EXPECT_EQ(parseDatabaseUrl("mysql://u@localhost/n", "").host, "127.0.0.1");
}

TEST(DatabaseUrlTest, RefusesTheRestWithoutRepeatingIt)
{
    for (const std::string text : {"postgres://u:hunter2@h/n",  "mysql://hunter2",
                                   "mysql://u:hunter2@h",       "mysql://u:hunter2@h/",
                                   "mysql://u:hunter2@h:0/n",   "mysql://u:hunter2@h:70000/n",
                                   "mysql://u:hunter2@h:12x/n", "mysql://u:hunter2@/n",
                                   "mysql://:hunter2@h/n",      "mysql://u:hunter2%3Bdb=x@h/n",
                                   "mysql://u:hunter2%0A@h/n",  "mysql://u:hunter2%zz@h/n",
                                   "mysql://u:hunter2%4@h/n",   "mysql://u:hunter2@h/n?x=1",
                                   "mysql://u:hunter2@[::1/n",  "mysql://u:hunter2@h:/n",
                                   "mysql://u:hunter2%20@h/n",  "sqlite:",
                                   "sqlite://hunter2",          "hunter2"}) {
        try {
            parseDatabaseUrl(text, "/data");
            ADD_FAILURE() << text;
        }
        catch (const ErrorException& error) {
            EXPECT_EQ(error.error().code, ErrorCode::InvalidArgument);
            EXPECT_NE(error.error().message.en.find("mysql://user:password@host:port/name"), std::string::npos);
            EXPECT_NE(error.error().message.fr.find("sqlite:CHEMIN"), std::string::npos);
            EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos) << error.what();
            EXPECT_EQ(error.error().message.fr.find("hunter2"), std::string::npos);
        }
    }
}

} // namespace
} // namespace atrium::storage
