// Nobody learns from an answer, or from how long it takes, which addresses have an account.
#include "support/server/server_process.h"
#include "support/smtp_server.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace atrium::testing {
namespace {

using SteadyClock = std::chrono::steady_clock;

class EnumerationTest : public ::testing::Test {
protected:
    static constexpr int samples = 200;
    static constexpr int people = 40; ///< so that none of them is tried often enough to be closed

    void SetUp() override
    {
        server.start();
        for (int i = 0; i < people; ++i) {
            const auto answer = registers("known" + std::to_string(i) + "@example.org");
            ASSERT_EQ(answer.status, 201) << answer.text;
        }
    }
    HttpAnswer registers(const std::string& email)
    {
        return server.post("/api/auth/register",
                           Object{{"email", email}, {"password", "secret-1"}, {"fname", "P"}, {"lname", "Q"}});
    }
    /// Asks for known and unknown addresses in turns, so that a drifting machine slows both alike; text and median time
    /// have to be the same. `unknown` differs each time.
    void compare(const std::function<HttpAnswer(const std::string& email)>& ask)
    {
        std::vector<double> known, unknown;
        std::string text;
        const auto timed = [&](const std::string& email, std::vector<double>& times) {
            const auto begin = SteadyClock::now();
            auto answer = ask(email);
            times.push_back(std::chrono::duration<double>(SteadyClock::now() - begin).count());
            if (answer.body.isObject()) {
                // Numbers that are never the same: of a new account, of a request.
                for (const char* number : {"userId", "requestId", "traceId"}) answer.body.object().erase(number);
            }
            const auto said = std::to_string(answer.status) + toJson(answer.body);
            if (text.empty()) text = said;
            ASSERT_EQ(said, text);
        };
        for (int i = 0; i < samples; ++i) {
            const auto somebody = "known" + std::to_string(i % people) + "@example.org";
            const auto nobody = "nobody" + std::to_string(i) + "@example.org";
            if (i % 2 == 0) timed(somebody, known);
            timed(nobody, unknown);
            if (i % 2 != 0) timed(somebody, known);
            if (HasFatalFailure()) return;
        }
        EXPECT_NEAR(median(known) / median(unknown), 1.0, 0.05) << median(known) << " and " << median(unknown);
    }
    static double median(std::vector<double>& times)
    {
        std::nth_element(times.begin(), times.begin() + static_cast<long>(times.size() / 2), times.end());
        return times[times.size() / 2];
    }

    SmtpServer mails;
    ServerProcess server{{"plugins.auth.bcryptCost=10", "plugins.auth.confirmation=everyone", "smtp.host=localhost",
                          "smtp.port=" + std::to_string(mails.port()), "smtp.tls=none",
                          "smtp.from=Home <home@example.org>"}};
};

TEST_F(EnumerationTest, LoggingInTellsNothing)
{
    compare([&](const std::string& email) {
        return server.post("/api/auth/login", Object{{"email", email}, {"password", "wrong-one"}});
    });
}

TEST_F(EnumerationTest, RegisteringTellsNothing)
{
    compare([&](const std::string& email) { return registers(email); });
}

TEST_F(EnumerationTest, AskingForANewPasswordTellsNothing)
{
    compare([&](const std::string& email) {
        return server.post("/api/auth/forgot-password", Object{{"email", email}});
    });
}

TEST_F(EnumerationTest, GuessingACodeTellsNothing)
{
    compare([&](const std::string& email) {
        return server.post("/api/auth/reset-password",
                           Object{{"email", email}, {"code", "123456"}, {"newPassword", "secret-2"}});
    });
}

} // namespace
} // namespace atrium::testing
