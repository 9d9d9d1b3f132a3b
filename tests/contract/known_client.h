#pragma once

#include "atrium/value.h"
#include "support/server/server_process.h"
#include "support/smtp_server.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <memory>
#include <string>

namespace atrium::contract {

enum class Who { Nobody, BadToken, User, Administrator };

/// One request and its answer. In `answer`, members that are named must be there (others may be too), and these texts
/// stand for a kind of value: "<number>" "<integer>" "<text>" "<boolean>" "<object>" "<list>". A list with one element
/// stands for a list of any length whose elements all fit.
struct Exchange {
    Who who;
    const char* request;
    const char* body;
    int status;
    const char* answer;
};

/// Where `actual` differs from `wanted`; empty = it fits.
std::string difference(const Value& wanted, const Value& actual, const std::string& place = "answer");

/// One server for each database, with the demo home, a mail server, an administrator and Ursula, who is a user.
class KnownClientTest : public ::testing::TestWithParam<testing::Store> {
protected:
    static void SetUpTestSuite();
    static void TearDownTestSuite() { servers.clear(); }

    void run(std::initializer_list<Exchange> exchanges);
    /// Signs somebody up; the token.
    std::string registered(const std::string& email);
    /// The six digits in the newest mail, of `count` altogether.
    std::string mailedCode(std::size_t count);

    struct Server {
        std::unique_ptr<testing::SmtpServer> mails;
        std::unique_ptr<testing::ServerProcess> process;
        std::string administrator, user;
    };
    Server& server() { return servers[GetParam()]; }
    static inline std::map<testing::Store, Server> servers;
};

} // namespace atrium::contract
