#include "support/server/server_process.h"

#include "atrium/json.h"
#include "support/mariadb_server.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace atrium::testing {

namespace {
constexpr std::chrono::seconds startLimit{20};
constexpr std::chrono::seconds stopLimit{10};
} // namespace

std::string HttpAnswer::header(std::string_view name) const
{
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

std::vector<std::string> keysFor(Store store)
{
    if (store == Store::Sqlite) return {};
    const auto url = MariaDbServer::shared().createDatabase();
    std::string password;
    Poco::URI::encode(url.password, "%@:/?#[]", password);
    return {"database.url=mysql://" + url.user + ':' + password + '@' + url.host + ':' + std::to_string(url.port) +
            '/' + url.name};
}

std::vector<std::string> demoKeysFor(Store store)
{
    auto keys = keysFor(store);
    keys.push_back("plugins.devices.demo=true");
    return keys;
}

ServerProcess::ServerProcess(std::vector<std::string> keys) : ServerProcess(ATRIUMD, std::move(keys)) {}

ServerProcess::ServerProcess(std::string program, std::vector<std::string> keys)
    : program_(std::move(program)), keys_(std::move(keys)), httpPort_(freePort()), mqttPort_(freePort()),
      webSocketPort_(freePort())
{}

void ServerProcess::start()
{
    std::vector<std::string> command{program_,
                                     "-Ddata.dir=" + dataFolder(),
                                     "-Dhttp.bind=127.0.0.1",
                                     "-Dhttp.port=" + std::to_string(httpPort_),
                                     "-Dmqtt.port=" + std::to_string(mqttPort_),
                                     "-Dmqtt.websocket.port=" + std::to_string(webSocketPort_),
                                     "-Dlimits.enabled=false",
                                     std::string("-Dadmin.email=") + email,
                                     std::string("-Dadmin.password=") + password};
    for (const auto& key : keys_) command.push_back("-D" + key);
    std::filesystem::remove(dataFolder() + "/addresses");
    process_ = std::make_unique<ChildProcess>(command, folder_.str() + "/log");
    const auto deadline = std::chrono::steady_clock::now() + startLimit;
    while (!std::filesystem::exists(dataFolder() + "/addresses")) {
        if (!process_->running() || std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("atriumd did not become ready:\n" + log());
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
}

int ServerProcess::stop()
{
    process_->signal(SIGTERM);
    const int status = process_->wait(stopLimit);
    process_.reset();
    return status;
}

void ServerProcess::kill()
{
    process_->signal(SIGKILL);
    process_->wait(stopLimit);
    process_.reset();
    // The broker ends with the server that started it; its port must be free for the next one.
    for (int i = 0; i < 500 && isListening(mqttPort_); ++i) std::this_thread::sleep_for(std::chrono::milliseconds{10});
}

HttpAnswer ServerProcess::request(const std::string& method, const std::string& path, const Value& body,
                                  const Headers& headers)
{
    return send(method, path, body.isNull() ? "" : toJson(body), headers);
}

HttpAnswer ServerProcess::send(const std::string& method, const std::string& path, const std::string& body,
                               const Headers& headers)
{
    Poco::Net::HTTPClientSession session(host_, static_cast<Poco::UInt16>(httpPort_));
    session.setTimeout(Poco::Timespan(15, 0));
    Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
    if (!token_.empty()) request.set("Authorization", "Bearer " + token_);
    if (!body.empty()) request.setContentType("application/json");
    for (const auto& [name, value] : headers) request.set(name, value);
    request.setContentLength(static_cast<std::streamsize>(body.size()));
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    HttpAnswer answer;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), answer.text);
    answer.status = response.getStatus();
    for (const auto& [name, value] : response) answer.headers.emplace_back(Poco::toLower(name), value);
    if (auto json = parseJson(answer.text, {16 << 20, 64})) answer.body = std::move(*json);
    return answer;
}

void ServerProcess::signIn()
{
    token_.clear();
    const auto answer = post("/api/auth/login", Object{{"email", email}, {"password", password}});
    if (answer.status != 200) throw std::runtime_error("cannot sign in: " + answer.text);
    token_ = answer.body.textOr("token", "");
}

std::string ServerProcess::log() const
{
    std::ifstream file(folder_.str() + "/log");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace atrium::testing
