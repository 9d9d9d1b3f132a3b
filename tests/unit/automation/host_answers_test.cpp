#include "automation/host_answers.h"

#include "testing/recording_log.h"

#include <future>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using From = HostAnswers::From;

class HostAnswersTest : public ::testing::Test {
protected:
    HostAnswersTest()
    {
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) throw std::runtime_error("no sockets");
        answers.open(pair[0]);
    }
    ~HostAnswersTest() override
    {
        answers.close();
        ::close(pair[0]);
        ::close(pair[1]);
    }

    void say(std::uint32_t instance)
    {
        std::string bytes;
        appendFrame(bytes, FromHost(MirrorMore{instance, {}}));
        sayBytes(bytes);
    }
    void sayBytes(const std::string& bytes)
    {
        ASSERT_EQ(::send(pair[1], bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    }
    static std::vector<std::uint32_t> instancesOf(const std::vector<FromHost>& messages)
    {
        std::vector<std::uint32_t> list;
        for (const auto& message : messages) list.push_back(std::get<MirrorMore>(message).instance);
        return list;
    }
    std::vector<std::uint32_t> look(std::chrono::milliseconds patience = 2s)
    {
        return instancesOf(answers.look(std::chrono::steady_clock::now() + patience));
    }

    testing::RecordingLog log;
    HostAnswers answers{log};
    int pair[2] = {-1, -1};
};

TEST_F(HostAnswersTest, WakesTheReaderWhenTheHostSaysSomething)
{
    say(7);
    EXPECT_TRUE(answers.wait(2s, false).answers);
    std::vector<FromHost> messages;
    EXPECT_TRUE(answers.read(messages));
    EXPECT_EQ(instancesOf(messages), std::vector<std::uint32_t>{7});
}

TEST_F(HostAnswersTest, GivesAnAnswerToWhomExpectsItAndWakesNobody)
{
    answers.expect(From::Resting);
    say(7);
    EXPECT_FALSE(answers.wait(50ms, false).answers);
    EXPECT_EQ(look(), std::vector<std::uint32_t>{7});
    answers.giveBack();
    say(8);
    EXPECT_TRUE(answers.wait(2s, false).answers);
}

TEST_F(HostAnswersTest, LeavesALateAnswerToTheReader)
{
    answers.expect(From::Computing);
    EXPECT_TRUE(look(1ms).empty());
    say(7);
    answers.giveBack();
    EXPECT_TRUE(answers.wait(2s, false).answers);
}

TEST_F(HostAnswersTest, KeepsTheOrderWhileEarlierMessagesAreOnTheirWay)
{
    say(1);
    std::vector<FromHost> first;
    ASSERT_TRUE(answers.read(first));
    answers.expect(From::Resting);
    say(2);
    EXPECT_TRUE(look().empty()); // core has not handled 1 yet
    answers.giveBack();
    answers.delivered();
    answers.expect(From::Resting);
    EXPECT_EQ(look(), std::vector<std::uint32_t>{2});
    answers.giveBack();
}

TEST_F(HostAnswersTest, LooksLessOftenWhenNothingComes)
{
    say(7); // shows in what follows who is to read it
    int looked = 0;
    for (int i = 0; i < 512; ++i) {
        answers.expect(From::Computing);
        if (!answers.wait(0ms, false).answers) ++looked;
        EXPECT_TRUE(look(-1ms).empty()); // too late
        answers.giveBack();
    }
    EXPECT_GE(looked, 8);
    EXPECT_LT(looked, 30);
}

TEST_F(HostAnswersTest, TellsTheReaderOfTheEndThatSomebodyElseSaw)
{
    answers.expect(From::Resting);
    sayBytes(std::string("\xff\xff\xff\xff garbage", 12));
    EXPECT_TRUE(look().empty());
    answers.giveBack();
    EXPECT_TRUE(answers.wait(2s, false).answers);
    std::vector<FromHost> messages;
    EXPECT_FALSE(answers.read(messages));
}

TEST_F(HostAnswersTest, SeesTheEndEvenWhileSomebodyLooks)
{
    answers.expect(From::Resting);
    ::shutdown(pair[1], SHUT_RDWR);
    EXPECT_TRUE(answers.wait(2s, false).answers);
}

TEST_F(HostAnswersTest, CanBeWoken)
{
    answers.wake();
    const auto ready = answers.wait(2s, true);
    EXPECT_TRUE(ready.woken);
    EXPECT_TRUE(ready.room);
    EXPECT_FALSE(answers.wait(0ms, false).woken);
}

} // namespace
} // namespace atrium::automation
