#include "known_client.h"

#include "problem_check.h"

#include "atrium/json.h"

namespace atrium::contract {

namespace {

bool isKind(const Value& value, const std::string& kind)
{
    return (kind == "<number>" && value.isNumeric()) || (kind == "<integer>" && value.isInteger()) ||
           (kind == "<text>" && value.isText() && !value.text().empty()) ||
           (kind == "<boolean>" && value.isBoolean()) || (kind == "<object>" && value.isObject()) ||
           (kind == "<list>" && value.isList());
}

} // namespace

std::string difference(const Value& wanted, const Value& actual, const std::string& place)
{
    if (wanted.isObject()) {
        for (const auto& [name, member] : wanted.object()) {
            const Value* found = actual.find(name);
            if (!found) return place + '.' + name + " is missing";
            if (auto deeper = difference(member, *found, place + '.' + name); !deeper.empty()) return deeper;
        }
        return actual.isObject() ? "" : place + " is no object";
    }
    if (wanted.isList()) {
        if (!actual.isList()) return place + " is no list";
        for (const auto& item : actual.list())
            if (auto deeper = difference(wanted.list().at(0), item, place + "[]"); !deeper.empty()) return deeper;
        return "";
    }
    if (wanted.isText() && wanted.text().starts_with('<'))
        return isKind(actual, wanted.text()) ? "" : place + " is no " + wanted.text() + " but " + toJson(actual);
    return wanted == actual ? "" : place + " is " + toJson(actual) + " instead of " + toJson(wanted);
}

void KnownClientTest::SetUpTestSuite()
{
    for (const auto store : {testing::Store::Sqlite, testing::Store::MariaDb}) {
        auto& server = servers[store];
        server.mails = std::make_unique<testing::SmtpServer>();
        auto keys = testing::keysFor(store);
        keys.insert(keys.end(), {"plugins.devices.demo=true", "plugins.auth.bcryptCost=10", "smtp.host=localhost",
                                 "smtp.port=" + std::to_string(server.mails->port()), "smtp.tls=none",
                                 "smtp.from=Home <home@example.org>"});
        server.process = std::make_unique<testing::ServerProcess>(keys);
        server.process->start();
        server.process->signIn();
        server.administrator = server.process->token();
        server.user =
            server.process
                ->post("/api/auth/register",
                       Object{{"email", "ursula@example.org"}, {"password", "secret-1"}, {"name", "Ursula K"}})
                .body.textOr("token", "");
    }
}

void KnownClientTest::run(std::initializer_list<Exchange> exchanges)
{
    auto& server = this->server();
    for (const auto& exchange : exchanges) {
        SCOPED_TRACE(std::string(exchange.request) + ' ' + exchange.body);
        server.process->setToken(exchange.who == Who::Nobody     ? ""
                                 : exchange.who == Who::BadToken ? "junk"
                                 : exchange.who == Who::User     ? server.user
                                                                 : server.administrator);
        const std::string request = exchange.request;
        const auto space = request.find(' ');
        const auto answer = server.process->send(request.substr(0, space), request.substr(space + 1), exchange.body);
        EXPECT_EQ(answer.status, exchange.status) << answer.text;
        EXPECT_EQ(difference(parseJson(exchange.answer).value(), answer.body), "") << answer.text;
        if (exchange.status >= 400) expectProblem(answer, exchange.status);
    }
}

std::string KnownClientTest::registered(const std::string& email)
{
    auto& process = *server().process;
    process.setToken("");
    return process.post("/api/auth/register", Object{{"email", email}, {"password", "secret-1"}, {"name", "Some Body"}})
        .body.textOr("token", "");
}

std::string KnownClientTest::mailedCode(std::size_t count)
{
    const auto text = server().mails->waitForMail(count - 1).text();
    for (std::size_t i = 0; i + 6 <= text.size(); ++i) {
        const auto digits = text.substr(i, 6);
        if (digits.find_first_not_of("0123456789") == std::string::npos) return digits;
    }
    return "no code";
}

} // namespace atrium::contract
