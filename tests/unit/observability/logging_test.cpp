#include "observability/logging.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

namespace atrium::observability {
namespace {

/// A pipe whose reading end collects what the log wrote.
class LoggingTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_EQ(::pipe(ends), 0);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
    void TearDown() override
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    std::string written()
    {
        std::string text(1 << 16, '\0');
        const auto size = ::read(ends[0], text.data(), text.size());
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return text;
    }
    int ends[2];
};

TEST_F(LoggingTest, WritesOneLineAnEventWithoutSecrets)
{
    Logging logging(LogFormat::Human, LogLevel::Info, ends[1]);
    logging.component("auth").info("signed\nin", {{"user", 4}, {"newPassword", "hunter2"}, {"accessToken", "abc"}});
    logging.flush();
    const auto line = written();
    EXPECT_NE(line.find("info auth: signed in user=4 newPassword=\"***\" accessToken=\"***\"\n"), std::string::npos)
        << line;
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST_F(LoggingTest, JsonLinesRedactNestedSecrets)
{
    Logging logging(LogFormat::Json, LogLevel::Info, ends[1]);
    logging.component("http").warning("refused", {{"request", Object{{"authorization", "Bearer x"}, {"path", "/"}}}});
    logging.flush();
    const auto line = written();
    EXPECT_NE(line.find(R"("request":{"authorization":"***","path":"/"})"), std::string::npos) << line;
}

TEST_F(LoggingTest, LevelOfAComponentChangesWhileRunning)
{
    Logging logging(LogFormat::Human, LogLevel::Warning, ends[1]);
    Log& log = logging.component("plugin.devices");
    EXPECT_FALSE(log.enabled(LogLevel::Info));
    logging.setLevel("plugin", LogLevel::Debug);
    EXPECT_TRUE(log.enabled(LogLevel::Debug));
    EXPECT_FALSE(logging.component("mqtt").enabled(LogLevel::Info));
}

TEST_F(LoggingTest, DropsAndCountsWhenTheReaderIsTooSlow)
{
    // Nobody reads the pipe (64 KiB), so lines pile up in the queue of four.
    Logging logging(LogFormat::Human, LogLevel::Info, ends[1], 4);
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    const std::string large(8192, 'x');
    for (int i = 0; i < 100; ++i) logging.component("a").info(large);
    EXPECT_GT(logging.dropped().value(), 0u);
}

} // namespace
} // namespace atrium::observability
