// What rules ask of servers: of real ones, on the loopback.
#include "support/web_server.h"
#include "tests/integration/automation/automation_house.h"

#include <gmock/gmock.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using Poco::Net::HTTPResponse;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;
using testing::answerWith;
using ::testing::HasSubstr;
using testing::WebServer;

class WebRuleTest : public ::testing::Test {
protected:
    /// What the expression gives in a run, as JSON; or the reason.
    std::string value(const std::string& expression)
    {
        start(expression);
        const auto* run = house.finishedRun(1, ++runs);
        if (!run || run->state != RunState::Finished) return run ? run->message : "no end";
        return house.mqtt.published.back().payload;
    }
    void start(const std::string& expression)
    {
        EXPECT_EQ(house.load(1, "on(event 'go', function() local a, why = " + expression +
                                    " mqtt.publish('answer', a or why) end)"),
                  "");
        house.engine->raiseEvent("go", {}, Cause{newCorrelationId(), "test", 0});
    }

    House house;
    std::size_t runs = 0;
};

TEST_F(WebRuleTest, ARuleAsksAndGetsTheAnswerAsATable)
{
    WebServer server([](HTTPServerRequest& request, const std::string& body, HTTPServerResponse& response) {
        if (request.getURI() == "/price") return answerWith(response, R"({"cent":31.5})", "application/json");
        response.setStatus(HTTPResponse::HTTP_CREATED);
        answerWith(response,
                   request.getMethod() + " " + request.get("X-Key", "") + " " + request.getContentType() + " " + body);
    });
    EXPECT_EQ(value("http.get('" + server.url("localhost", "/price") + "').json"), R"({"cent":31.5})");
    EXPECT_EQ(value("http.post('" + server.url("localhost", "/x") +
                    "', { a = 1 }, { headers = { [\"X-Key\"] = \"k\" } }).body"),
              R"(POST k application/json {"a":1})");
    EXPECT_EQ(value("http.put('" + server.url("localhost", "/x") + "', 'text').status"), "201");
    EXPECT_EQ(house.engine->runLog().last(AutomationId{1})->steps[0].kind, StepKind::Web);
}

TEST_F(WebRuleTest, OtherRulesGoOnWhileAServerIsSlowAndItsTimeIsLimited)
{
    std::atomic<bool> over{false};
    WebServer server([&](HTTPServerRequest&, const std::string&, HTTPServerResponse& response) {
        response.setChunkedTransferEncoding(true);
        auto& out = response.send();
        // A byte now and then, so that no read ever times out.
        while (!over && out.good()) {
            out << "x" << std::flush;
            std::this_thread::sleep_for(20ms);
        }
    });
    start("http.get('" + server.url("localhost", "/") + "', { timeout = '5s' })");
    ASSERT_EQ(house.load(2, "on(event 'other', function() mqtt.publish('other', 'ran') end)"), "");
    house.engine->raiseEvent("other", {}, Cause{newCorrelationId(), "test", 0});
    ASSERT_NE(house.finishedRun(2), nullptr);
    EXPECT_TRUE(house.engine->runLog().runs(AutomationId{1}, 1).empty());
    house.advance(5s);
    ASSERT_NE(house.finishedRun(1), nullptr);
    EXPECT_TRUE(house.published("answer", "it took too long"));
    over = true;
}

TEST_F(WebRuleTest, AnswersAndQuestionsAreBounded)
{
    WebServer server([](HTTPServerRequest& request, const std::string&, HTTPServerResponse& response) {
        if (request.getURI() == "/short") {
            response.setContentLength(1000);
            response.send() << "only this";
            return;
        }
        answerWith(response, std::string(WebDesk::largestBody + 1, 'x'));
    });
    EXPECT_EQ(value("http.get('" + server.url("localhost", "/large") + "')"), "the answer is larger than 24 KiB");
    EXPECT_THAT(value("http.get('" + server.url("localhost", "/short") + "')"), HasSubstr("connection broke off"));
    EXPECT_THAT(value("http.get('http://elsewhere.example/')"), HasSubstr("not among automations.http.hosts"));
    EXPECT_THAT(value("http.get('" + server.url("localhost", "/") + "', { headers = { [\"A\\r\\nB\"] = 'x' } })"),
                HasSubstr("is no name of a header"));
    EXPECT_THAT(value("http.get('" + server.url("localhost", "/") + "', { headers = { A = \"x\\r\\nB: y\" } })"),
                HasSubstr("a text in one line"));
    EXPECT_THAT(value("http.get('" + server.url("localhost", "/") + "', { timeout = '2h' })"), HasSubstr("at most 1m"));
}

TEST_F(WebRuleTest, AnAutomationHasABudgetOfQuestions)
{
    house.close();
    house.web.perMinute = 2;
    house.open();
    WebServer server(
        [](HTTPServerRequest&, const std::string&, HTTPServerResponse& response) { answerWith(response, "ok"); });
    const auto ask = "http.get('" + server.url("localhost", "/") + "').body";
    EXPECT_EQ(value(ask), "ok");
    EXPECT_EQ(value(ask), "ok");
    EXPECT_THAT(value("http.get('" + server.url("localhost", "/") + "')"), HasSubstr("more than 2 questions"));
    house.clock.advance(1min);
    EXPECT_EQ(value(ask), "ok");
}

} // namespace
} // namespace atrium::automation
