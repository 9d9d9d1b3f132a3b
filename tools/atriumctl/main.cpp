// atriumctl [--url URL] [--data DIR] COMMAND: administers the server of this machine. It signs in with the control
// token in the data folder, so whoever may read that folder is the administrator.

#include "atrium/json.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <cstdio>
#include <fstream>

namespace {

using namespace atrium;

constexpr const char* usage = R"(usage: atriumctl [--url http://localhost:5000] [--data data] COMMAND

  health                      how the server is
  plugins                     all plugins with state, health and reason
  plugins load NAME           load a plugin that was dropped into the plugin folder
  plugins enable NAME         start a plugin that was disabled
  plugins disable NAME        stop a plugin; stays so after a restart
  devices                     all devices with their state
  automations                 all automations with their last result
  automations test FILE...    run the tests of automations in a simulated house
  log LEVEL [COMPONENT]       change the level of the log while the server runs
)";

struct Options {
    std::string url = "http://localhost:5000";
    std::string data = "data";
};

struct Answer {
    int status;
    Value body;
};

/// One request to the server. Throws Poco::Exception when it cannot be reached.
Answer call(const Options& options, const std::string& method, const std::string& path, const Value& body = {})
{
    const Poco::URI uri(options.url);
    Poco::Net::HTTPClientSession session(uri.getHost(), uri.getPort());
    session.setTimeout(Poco::Timespan(30, 0));
    Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
    std::string token;
    std::getline(std::ifstream(options.data + "/control.token"), token);
    if (!token.empty()) request.set("Authorization", "Bearer " + token);
    request.set("Accept-Language", "en");
    const std::string text = body.isNull() ? "" : toJson(body);
    if (!text.empty()) request.setContentType("application/json");
    request.setContentLength(static_cast<std::streamsize>(text.size()));
    session.sendRequest(request) << text;
    Poco::Net::HTTPResponse response;
    std::string content;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), content);
    auto parsed = parseJson(content, {64 << 20, 64});
    return {response.getStatus(), parsed ? *parsed : Value(content)};
}

/// Prints the failure of an answer; true when there is one.
bool failed(const Answer& answer)
{
    if (answer.status < 400) return false;
    std::fprintf(stderr, "%d %s\n", answer.status, answer.body.textOr("message", "the server refused").c_str());
    return true;
}

int printPlugins(const Options& options)
{
    const auto answer = call(options, "GET", "/api/plugins");
    if (failed(answer) || !answer.body.isList()) return 1;
    for (const auto& plugin : answer.body.list())
        std::printf("%-20s %-8s %-10s %-9s %s\n", plugin.textOr("id", "").c_str(), plugin.textOr("version", "").c_str(),
                    plugin.textOr("state", "").c_str(), plugin.textOr("health", "").c_str(),
                    plugin.textOr("reason", "").c_str());
    return 0;
}

int changePlugin(const Options& options, const std::string& verb, const std::string& name)
{
    const auto answer = verb == "load" ? call(options, "POST", "/api/plugins/load", Object{{"id", name}})
                                       : call(options, "POST", "/api/plugins/" + name + '/' + verb);
    if (failed(answer)) return 1;
    std::printf("%s: %s %s\n", name.c_str(), answer.body.textOr("state", "").c_str(),
                answer.body.textOr("reason", "").c_str());
    const auto state = answer.body.textOr("state", "");
    return verb == "disable" ? state != "disabled" : state != "running";
}

int printDevices(const Options& options)
{
    const auto answer = call(options, "GET", "/api/devices");
    if (failed(answer) || !answer.body.isList()) return 1;
    for (const auto& device : answer.body.list())
        std::printf("%-5lld %-28s %-14s %-4s %s\n", static_cast<long long>(device.integerOr("id", 0)),
                    device.textOr("uid", "").c_str(), device.textOr("type", "").c_str(),
                    device.booleanOr("status", false) ? "on" : "off",
                    device.booleanOr("online", true) ? "" : "offline");
    return 0;
}

int printAutomations(const Options& options)
{
    const auto answer = call(options, "GET", "/api/automations");
    if (failed(answer)) return 1;
    std::printf("%s\n", toJson(answer.body).c_str());
    return 0;
}

/// Runs the tests of automations on the server, in a simulated house.
int testAutomations(const Options& options, const std::vector<std::string>& files)
{
    long long passed = 0, failed = 0;
    for (const auto& path : files) {
        std::ifstream file(path);
        if (!file) {
            std::fprintf(stderr, "%s cannot be read\n", path.c_str());
            return 2;
        }
        const std::string source(std::istreambuf_iterator<char>(file), {});
        const auto name = path.substr(path.rfind('/') + 1);
        const auto answer = call(options, "POST", "/api/automations/test", Object{{"name", name}, {"source", source}});
        if (::failed(answer)) return 1;
        const auto* tests = answer.body.find("tests");
        for (const auto& test : tests && tests->isList() ? tests->list() : List{}) {
            const bool good = test.booleanOr("passed", false);
            ++(good ? passed : failed);
            std::printf("%s  %s: %s\n", good ? "ok    " : "FAILED", name.c_str(), test.textOr("name", "").c_str());
            if (!good) std::printf("        %s\n", test.textOr("message", "").c_str());
        }
    }
    std::printf("%lld passed, %lld failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}

int printHealth(const Options& options)
{
    const auto answer = call(options, "GET", "/api/health");
    std::printf("%s\n", toJson(answer.body).c_str());
    return answer.status == 200 ? 0 : 1;
}

int changeLog(const Options& options, const std::string& level, const std::string& component)
{
    Object wish{{"level", level}};
    if (!component.empty()) wish.append("component", component);
    return failed(call(options, "PUT", "/api/admin/log", wish)) ? 1 : 0;
}

int run(const Options& options, const std::vector<std::string>& words)
{
    const std::string command = words.empty() ? "" : words[0];
    if (command == "health" && words.size() == 1) return printHealth(options);
    if (command == "plugins" && words.size() == 1) return printPlugins(options);
    if (command == "plugins" && words.size() == 3 &&
        (words[1] == "load" || words[1] == "enable" || words[1] == "disable"))
        return changePlugin(options, words[1], words[2]);
    if (command == "devices" && words.size() == 1) return printDevices(options);
    if (command == "automations" && words.size() == 1) return printAutomations(options);
    if (command == "automations" && words.size() >= 3 && words[1] == "test")
        return testAutomations(options, {words.begin() + 2, words.end()});
    if (command == "log" && (words.size() == 2 || words.size() == 3))
        return changeLog(options, words[1], words.size() == 3 ? words[2] : "");
    std::fputs(usage, stderr);
    return 2;
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    std::vector<std::string> words(argv + 1, argv + argc);
    while (words.size() >= 2 && (words[0] == "--url" || words[0] == "--data")) {
        (words[0] == "--url" ? options.url : options.data) = words[1];
        words.erase(words.begin(), words.begin() + 2);
    }
    try {
        return run(options, words);
    }
    catch (const Poco::Exception& error) {
        std::fprintf(stderr, "the server at %s cannot be reached: %s\n", options.url.c_str(),
                     error.displayText().c_str());
        return 1;
    }
    catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
