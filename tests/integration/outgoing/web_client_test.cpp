#include "atrium/outgoing/web_client.h"
#include "atrium/outgoing/web_policy.h"
#include "support/web_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace atrium::outgoing {
namespace {

using namespace std::chrono_literals;
using Poco::Net::HTTPResponse;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;
using testing::answerWith;
using ::testing::HasSubstr;
using testing::TestCertificates;
using testing::WebServer;

WebQuestion get(const std::string& address)
{
    WebQuestion question;
    question.address = address;
    question.patience = 3s;
    return question;
}

WebPolicy policyFor(std::vector<std::string> hosts, PrivateAddresses privateAddresses)
{
    return WebPolicy({std::move(hosts), privateAddresses, "hosts.setting", "private.setting"});
}

WebClientOptions rulesOf(const WebPolicy& policy)
{
    WebClientOptions rules;
    rules.check = [&policy](const std::string& address) { return policy.check(address); };
    rules.allows = [&policy](const std::string& address) { return policy.allows(address); };
    rules.redirections = 3;
    return rules;
}

TEST(WebPolicyTest, LetsListedServersBeAskedOverTlsOnly)
{
    const auto policy = policyFor({"api.example.org", "*.Example.net"}, PrivateAddresses::Refused);
    for (const char* address :
         {"https://api.example.org/x?y=1", "https://API.example.org", "https://a.b.example.net:8443/"})
        EXPECT_TRUE(policy.check(address)) << address;
    for (const char* unlisted : {"https://example.org/", "https://example.net/", "https://api.example.org.evil.net/",
                                 "https://evil.net/#api.example.org", "https://127.0.0.1/"})
        EXPECT_EQ(policy.check(unlisted).error().code, ErrorCode::Forbidden) << unlisted;
    for (const char* bad : {"http://api.example.org/", "https://user@api.example.org/", "ftp://api.example.org/", "",
                            "https://evil.net\\@api.example.org/", "https://api.example.org /",
                            "https://api.example.org/\r\nX: y", "/etc/passwd", "file:///etc/passwd", "https:///x"})
        EXPECT_FALSE(policy.check(bad)) << bad;
    EXPECT_THAT(policy.check("https://example.org/").error().message.en, HasSubstr("hosts.setting"));
    EXPECT_THAT(policy.check("http://api.example.org/").error().message.fr, HasSubstr("private.setting"));
    EXPECT_TRUE(policyFor({"nas.local"}, PrivateAddresses::Allowed).check("http://nas.local:8080/"));
    EXPECT_FALSE(policyFor({}, PrivateAddresses::Allowed).check("https://api.example.org/")) << "nothing is listed";
    EXPECT_TRUE(policy.allows("1.1.1.1"));
    for (const char* address : {"127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fd00::1"})
        EXPECT_FALSE(policy.allows(address)) << address;
}

TEST(WebClientTest, AsksAndReads)
{
    std::string seen;
    WebServer server([&](HTTPServerRequest& request, const std::string& body, HTTPServerResponse& response) {
        seen = request.getMethod() + ' ' + request.getURI() + ' ' + request.get("X-Key", "") + ' ' + body;
        response.setStatus(HTTPResponse::HTTP_CREATED);
        response.set("X-Answer", "yes");
        answerWith(response, "made");
    });
    const auto policy = policyFor({"localhost"}, PrivateAddresses::Allowed);
    auto question = get(server.url("localhost", "/things?a=b"));
    question.method = "POST";
    question.headers = {{"X-Key", "k"}};
    question.body = "content";
    const auto answer = WebClient(rulesOf(policy)).ask(question);
    ASSERT_TRUE(answer) << answer.error().message.en;
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->body, "made");
    EXPECT_EQ(answer->header("x-answer"), "yes");
    EXPECT_EQ(seen, "POST /things?a=b k content");
}

TEST(WebClientTest, ANameThatPointsIntoAPrivateNetworkIsNotConnectedTo)
{
    TestCertificates certificates;
    std::atomic<int> asked = 0;
    WebServer server(
        [&](HTTPServerRequest&, const std::string&, HTTPServerResponse& response) {
            ++asked;
            answerWith(response, "secret");
        },
        &certificates);
    const auto policy = policyFor({"localhost", "127.0.0.1"}, PrivateAddresses::Refused);
    for (const char* host : {"localhost", "127.0.0.1"}) {
        auto rules = rulesOf(policy);
        rules.authorityFile = certificates.authorityFile();
        const auto answer = WebClient(std::move(rules)).ask(get(server.url(host, "/")));
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, ErrorCode::Forbidden);
    }
    EXPECT_EQ(asked, 0);
}

TEST(WebClientTest, TheCertificateAndItsNameAreChecked)
{
    TestCertificates certificates, others;
    WebServer server(
        [](HTTPServerRequest&, const std::string&, HTTPServerResponse& response) { answerWith(response, "hello"); },
        &certificates);
    const auto policy = policyFor({"localhost", "127.0.0.1"}, PrivateAddresses::Allowed);
    const auto ask = [&](const TestCertificates& known, const char* host) {
        auto rules = rulesOf(policy);
        rules.authorityFile = known.authorityFile();
        return WebClient(std::move(rules)).ask(get(server.url(host, "/")));
    };
    const auto good = ask(certificates, "localhost");
    ASSERT_TRUE(good) << good.error().message.en;
    EXPECT_EQ(good->body, "hello");
    EXPECT_EQ(ask(others, "localhost").error().code, ErrorCode::Unavailable) << "signed by somebody unknown";
    EXPECT_EQ(ask(certificates, "127.0.0.1").error().code, ErrorCode::Unavailable) << "made for another name";
    EXPECT_TRUE(ask(certificates, "localhost")) << "what failed before leaves nothing behind";
}

/// Allows one address of the loopback, as if the others were the private network.
class OneAddress : public WebPolicy {
public:
    OneAddress()
        : WebPolicy({{"127.0.0.1", "127.0.0.2", "localhost", "other.example"}, PrivateAddresses::Allowed, "h", "p"})
    {}
    bool allows(const std::string& address) const override { return address == "127.0.0.1"; }
};

TEST(WebClientTest, ARedirectionIsCheckedLikeTheFirstAddress)
{
    std::atomic<int> inside = 0;
    WebServer privateServer(
        [&](HTTPServerRequest&, const std::string&, HTTPServerResponse& response) {
            ++inside;
            answerWith(response, "secret");
        },
        nullptr, "127.0.0.2");
    std::string target, seen;
    const WebServer::Answer behaviour = [&](HTTPServerRequest& request, const std::string&,
                                            HTTPServerResponse& response) {
        seen = request.get("X-Key", "none");
        if (request.getURI() == "/end") return answerWith(response, "arrived");
        response.setStatus(HTTPResponse::HTTP_FOUND);
        response.set("Location", target);
        answerWith(response, "");
    };
    WebServer server(behaviour), neighbour(behaviour);
    const OneAddress policy;
    auto question = get(server.url("127.0.0.1", "/start"));
    question.headers = {{"X-Key", "k"}};
    target = "/end";
    const auto arrived = WebClient(rulesOf(policy)).ask(question);
    ASSERT_TRUE(arrived) << arrived.error().message.en;
    EXPECT_EQ(arrived->body, "arrived");
    EXPECT_EQ(seen, "k");
    target = neighbour.url("127.0.0.1", "/end");
    ASSERT_TRUE(WebClient(rulesOf(policy)).ask(question));
    EXPECT_EQ(seen, "none") << "another server on the same host gets no keys";
    target = privateServer.url("127.0.0.2", "/");
    EXPECT_EQ(WebClient(rulesOf(policy)).ask(question).error().code, ErrorCode::Forbidden);
    target = "http://elsewhere.example/";
    EXPECT_EQ(WebClient(rulesOf(policy)).ask(question).error().code, ErrorCode::Forbidden);
    target = "file:///etc/passwd";
    EXPECT_FALSE(WebClient(rulesOf(policy)).ask(question));
    target = "/again";
    EXPECT_THAT(WebClient(rulesOf(policy)).ask(question).error().message.en, HasSubstr("more than 3"));
    EXPECT_EQ(inside, 0);
    auto unmoved = rulesOf(policy);
    unmoved.redirections = 0;
    EXPECT_EQ(WebClient(std::move(unmoved)).ask(question)->status, 302) << "followed only where that is wanted";
}

TEST(WebClientTest, AnswersAreBounded)
{
    WebServer server([](HTTPServerRequest& request, const std::string&, HTTPServerResponse& response) {
        if (request.getURI() == "/short") {
            response.setContentLength(1000);
            response.send() << "only this";
            return;
        }
        answerWith(response, std::string(request.getURI() == "/fits" ? 4096 : 4097, 'x'));
    });
    const auto policy = policyFor({"localhost"}, PrivateAddresses::Allowed);
    const auto ask = [&](const char* path, AnswerBody body) {
        auto rules = rulesOf(policy);
        rules.largestBody = 4096;
        rules.body = body;
        return WebClient(std::move(rules)).ask(get(server.url("localhost", path)));
    };
    EXPECT_EQ(ask("/fits", AnswerBody::Read)->body.size(), 4096u);
    EXPECT_EQ(ask("/large", AnswerBody::Read).error().code, ErrorCode::PayloadTooLarge);
    EXPECT_THAT(ask("/large", AnswerBody::Read).error().message.en, HasSubstr("4 KiB"));
    EXPECT_THAT(ask("/short", AnswerBody::Read).error().message.en, HasSubstr("broke off"));
    EXPECT_EQ(ask("/large", AnswerBody::Ignored)->status, 200);
}

/// Says a byte now and then, so that no read ever times out.
class DrippingServer {
public:
    explicit DrippingServer(const TestCertificates* certificates = nullptr)
        : server_(
              [this](HTTPServerRequest&, const std::string&, HTTPServerResponse& response) {
                  response.setChunkedTransferEncoding(true);
                  auto& out = response.send();
                  while (!over_ && out.good()) {
                      out << "x" << std::flush;
                      begun_ = true;
                      std::this_thread::sleep_for(20ms);
                  }
              },
              certificates)
    {}
    ~DrippingServer() { over_ = true; }

    std::string url() const { return server_.url("localhost", "/"); }
    void waitUntilAsked() const
    {
        while (!begun_) std::this_thread::sleep_for(1ms);
    }

private:
    std::atomic<bool> over_ = false;
    std::atomic<bool> begun_ = false;
    WebServer server_;
};

TEST(WebClientTest, NoServerCanTakeLongerThanItsTime)
{
    TestCertificates certificates;
    const auto policy = policyFor({"localhost"}, PrivateAddresses::Allowed);
    for (const auto* own : {static_cast<const TestCertificates*>(nullptr), &std::as_const(certificates)}) {
        const DrippingServer server(own);
        auto rules = rulesOf(policy);
        rules.authorityFile = certificates.authorityFile();
        auto question = get(server.url());
        question.patience = 300ms;
        const auto began = std::chrono::steady_clock::now();
        const auto answer = WebClient(std::move(rules)).ask(question);
        const auto took = std::chrono::steady_clock::now() - began;
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
        EXPECT_EQ(answer.error().message.en, "it took too long");
        EXPECT_GE(took, 300ms);
        EXPECT_LT(took, 3s);
    }
}

TEST(WebClientTest, AnotherThreadBreaksAQuestionOff)
{
    const DrippingServer server;
    WebServer quick(
        [](HTTPServerRequest&, const std::string&, HTTPServerResponse& response) { answerWith(response, "hello"); });
    const auto policy = policyFor({"localhost"}, PrivateAddresses::Allowed);
    WebClient client(rulesOf(policy));
    auto question = get(server.url());
    question.patience = 60s;
    const auto brokenOff = [&](void (WebClient::*breakOff)()) {
        std::jthread other([&] {
            server.waitUntilAsked();
            (client.*breakOff)();
        });
        return !client.ask(question);
    };
    EXPECT_TRUE(brokenOff(&WebClient::abort));
    EXPECT_TRUE(client.ask(get(quick.url("localhost", "/")))) << "the next question is asked";
    EXPECT_TRUE(brokenOff(&WebClient::close));
    EXPECT_FALSE(client.ask(get(quick.url("localhost", "/")))) << "no later one is";
}

} // namespace
} // namespace atrium::outgoing
