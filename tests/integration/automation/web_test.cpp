// What rules ask of servers: of real ones, on the loopback.
#include "tests/integration/automation/automation_house.h"
#include "tests/integration/automation/web_server.h"

#include <gmock/gmock.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using Poco::Net::HTTPResponse;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;
using ::testing::HasSubstr;

void answerWith(HTTPServerResponse& response, const std::string& body, const std::string& type = "text/plain")
{
    response.setContentType(type);
    response.setContentLength(static_cast<std::streamsize>(body.size()));
    response.send() << body;
}

WebQuestion get(const std::string& address)
{
    WebQuestion question;
    question.address = address;
    question.patience = 3s;
    return question;
}

TEST(WebPolicyTest, LetsListedServersBeAskedOverTlsOnly)
{
    const WebPolicy policy({"api.example.org", "*.Example.net"}, PrivateAddresses::Refused);
    for (const char* address :
         {"https://api.example.org/x?y=1", "https://API.example.org", "https://a.b.example.net:8443/"})
        EXPECT_TRUE(policy.check(address)) << address;
    for (const char* address :
         {"http://api.example.org/", "https://example.org/", "https://example.net/",
          "https://api.example.org.evil.net/", "https://user@api.example.org/", "https://evil.net/#api.example.org",
          "ftp://api.example.org/", "", "https://evil.net\\@api.example.org/", "https://api.example.org /",
          "/etc/passwd", "file:///etc/passwd"})
        EXPECT_FALSE(policy.check(address)) << address;
    EXPECT_TRUE(policy.allows("1.1.1.1"));
    for (const char* address : {"127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fd00::1"})
        EXPECT_FALSE(policy.allows(address)) << address;
}

TEST(WebRequestTest, ANameThatPointsIntoAPrivateNetworkIsNotConnectedTo)
{
    testing::TestCertificates certificates;
    int asked = 0;
    WebServer server(
        [&](HTTPServerRequest&, const std::string&, HTTPServerResponse& response) {
            ++asked;
            answerWith(response, "secret");
        },
        &certificates);
    const WebPolicy policy({"localhost"}, PrivateAddresses::Refused);
    const auto answer = WebRequest(policy, certificates.authorityFile()).ask(get(server.url("localhost", "/")));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::Forbidden);
    EXPECT_EQ(asked, 0);
}

TEST(WebRequestTest, TheCertificateAndItsNameAreChecked)
{
    testing::TestCertificates certificates, others;
    WebServer server(
        [](HTTPServerRequest&, const std::string&, HTTPServerResponse& response) { answerWith(response, "hello"); },
        &certificates);
    const WebPolicy policy({"localhost", "127.0.0.1"}, PrivateAddresses::Allowed);
    const auto good = WebRequest(policy, certificates.authorityFile()).ask(get(server.url("localhost", "/")));
    ASSERT_TRUE(good) << good.error().message.en;
    EXPECT_EQ(good->body, "hello");
    EXPECT_FALSE(WebRequest(policy, others.authorityFile()).ask(get(server.url("localhost", "/"))));
    EXPECT_FALSE(WebRequest(policy, certificates.authorityFile()).ask(get(server.url("127.0.0.1", "/"))));
}

/// Allows one address of the loopback, as if the others were the private network.
class OneAddress : public WebPolicy {
public:
    OneAddress() : WebPolicy({"127.0.0.1", "127.0.0.2", "other.example"}, PrivateAddresses::Allowed) {}
    bool allows(const std::string& address) const override { return address == "127.0.0.1"; }
};

TEST(WebRequestTest, ARedirectionIsCheckedLikeTheFirstAddress)
{
    int inside = 0;
    WebServer privateServer(
        [&](HTTPServerRequest&, const std::string&, HTTPServerResponse& response) {
            ++inside;
            answerWith(response, "secret");
        },
        nullptr, "127.0.0.2");
    std::string target;
    std::string seen;
    WebServer server([&](HTTPServerRequest& request, const std::string&, HTTPServerResponse& response) {
        seen = request.get("X-Key", "none");
        if (request.getURI() == "/end") return answerWith(response, "arrived");
        response.setStatus(HTTPResponse::HTTP_FOUND);
        response.set("Location", target);
        answerWith(response, "");
    });
    const OneAddress policy;
    auto question = get(server.url("127.0.0.1", "/start"));
    question.headers = {{"X-Key", "k"}};
    target = "/end";
    const auto arrived = WebRequest(policy, "").ask(question);
    ASSERT_TRUE(arrived) << arrived.error().message.en;
    EXPECT_EQ(arrived->body, "arrived");
    EXPECT_EQ(seen, "k");
    target = privateServer.url("127.0.0.2", "/");
    EXPECT_EQ(WebRequest(policy, "").ask(question).error().code, ErrorCode::Forbidden);
    target = "http://elsewhere.example/";
    EXPECT_EQ(WebRequest(policy, "").ask(question).error().code, ErrorCode::Forbidden);
    target = "file:///etc/passwd";
    EXPECT_FALSE(WebRequest(policy, "").ask(question));
    target = "/again";
    EXPECT_THAT(WebRequest(policy, "").ask(question).error().message.en, HasSubstr("more than three"));
    EXPECT_EQ(inside, 0);
}

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
        answerWith(response, std::string(WebRequest::largestBody + 1, 'x'));
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
