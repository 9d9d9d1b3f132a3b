#include "problem_check.h"

namespace atrium::contract {

void expectProblem(const testing::HttpAnswer& answer, int status)
{
    EXPECT_EQ(answer.status, status) << answer.text;
    ASSERT_TRUE(answer.body.isObject()) << answer.text;
    const auto& body = answer.body;
    EXPECT_EQ(body.booleanOr("success", true), false) << answer.text;
    EXPECT_FALSE(body.textOr("message", "").empty()) << answer.text;
    EXPECT_EQ(body.textOr("error", "-"), body.textOr("message", "")) << answer.text;
    EXPECT_FALSE(body.textOr("code", "").empty()) << answer.text;
    EXPECT_FALSE(body.textOr("type", "").empty()) << answer.text;
    EXPECT_FALSE(body.textOr("title", "").empty()) << answer.text;
    EXPECT_EQ(body.integerOr("status", 0), answer.status) << answer.text;
    EXPECT_FALSE(answer.header("x-request-id").empty());
    EXPECT_EQ(body.textOr("requestId", ""), answer.header("x-request-id"));
    EXPECT_EQ(answer.status == 401, !answer.header("www-authenticate").empty());
}

testing::HttpAnswer expectRefusal(testing::ServerProcess& server, int status, const std::string& method,
                                  const std::string& path, const std::string& body, const testing::Headers& headers)
{
    auto inFrench = headers, inEnglish = headers;
    inFrench.emplace_back("Accept-Language", "fr");
    inEnglish.emplace_back("Accept-Language", "en");
    const auto french = server.send(method, path, body, inFrench);
    const auto english = server.send(method, path, body, inEnglish);
    expectProblem(french, status);
    expectProblem(english, status);
    EXPECT_NE(french.body.textOr("message", ""), english.body.textOr("message", ""));
    EXPECT_EQ(french.header("content-language"), "fr");
    EXPECT_EQ(english.header("content-language"), "en");
    EXPECT_EQ(french.body.textOr("code", "1"), english.body.textOr("code", "2"));
    return english;
}

} // namespace atrium::contract
