// explained-events near|hold|busy HTTP_PORT MQTT_PORT FOLDER: what an event costs more because the server can say later
// why it started nothing. The whole server in this process, 1,000 devices that report over its broker, a rule each:
//   near   every report comes near the threshold of its rule, which is what people are told first
//   hold   every second report starts a hold and the next one cuts it short, which is noted as a non-run
//   busy   every report is turned away because the rule runs, which is noted as a non-run
// With and without noting, in turns. Counts what the threads `mqtt` and `core` worked, which is the way of an event
// from the socket to its trigger; writing to the disk is not in it. Prints the median of the rounds' ratios and of the
// microseconds an event, with and without.
#include "app/server.h"
#include "atrium/json.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mosquitto.h>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace atrium;
using namespace std::chrono_literals;
using automation::Tracing;

constexpr int devices = 1000;
constexpr int reportsEach = 20;
constexpr int rounds = 11;
constexpr auto patience = 60s;
constexpr const char* mail = "bench@example.org";
constexpr const char* password = "benchmark";

bool eventually(const std::function<bool()>& condition)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

void expect(bool holds, const char* what)
{
    if (!holds) throw std::runtime_error(what);
}

/// An administrator at the API of the server.
class Client {
public:
    explicit Client(int port) : port_(port)
    {
        const auto answer = parseJson(send("POST", "/api/auth/login", Object{{"email", mail}, {"password", password}}));
        token_ = answer ? answer->textOr("token", "") : "";
        expect(!token_.empty(), "cannot sign in");
    }
    std::string send(const std::string& method, const std::string& path, const Value& body = {}) const
    {
        const auto json = body.isNull() ? std::string() : toJson(body);
        Poco::Net::HTTPClientSession session("127.0.0.1", static_cast<Poco::UInt16>(port_));
        Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
        if (!token_.empty()) request.set("Authorization", "Bearer " + token_);
        request.setContentType("application/json");
        request.setContentLength(static_cast<std::streamsize>(json.size()));
        session.sendRequest(request) << json;
        Poco::Net::HTTPResponse response;
        std::string text;
        Poco::StreamCopier::copyToString(session.receiveResponse(response), text);
        return text;
    }
    double metric(const std::string& name) const
    {
        const auto text = send("GET", "/metrics");
        const auto line = text.find('\n' + name + ' ');
        return line == std::string::npos ? 0 : std::strtod(text.c_str() + line + name.size() + 2, nullptr);
    }

private:
    const int port_;
    std::string token_;
};

/// The devices: one connection that speaks for all of them.
class Reporter {
public:
    explicit Reporter(int port) : client_(mosquitto_new("bench-devices", true, this))
    {
        mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, 1);
        mosquitto_max_inflight_messages_set(client_, 1000);
        mosquitto_publish_callback_set(
            client_, [](mosquitto*, void* self, int) { ++static_cast<Reporter*>(self)->acknowledged_; });
        expect(mosquitto_connect(client_, "127.0.0.1", port, 60) == MOSQ_ERR_SUCCESS, "no broker");
        mosquitto_loop_start(client_);
    }
    ~Reporter()
    {
        mosquitto_disconnect(client_);
        mosquitto_loop_stop(client_, false);
        mosquitto_destroy(client_);
    }
    /// One report of each device.
    void report(double power)
    {
        for (int id = 1; id <= devices; ++id) {
            char topic[64], payload[64];
            std::snprintf(topic, sizeof topic, "aurion/devices/%d/status", id);
            // No two alike: an equal value would be no event.
            const int length =
                std::snprintf(payload, sizeof payload, R"({"power":%.3f})", power + 0.001 * (++sent_ % 997));
            mosquitto_publish(client_, nullptr, topic, length, payload, 1, false);
            while (sent_ - acknowledged_ > 2000) std::this_thread::sleep_for(50us);
        }
    }

private:
    mosquitto* client_;
    std::atomic<long> acknowledged_{0};
    long sent_ = 0;
};

/// What the threads that an event passes through worked so far, in nanoseconds.
double worked()
{
    double sum = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string name;
        std::getline(std::ifstream(task.path() / "comm"), name);
        double ran = 0;
        if (name == "core" || name == "mqtt") std::ifstream(task.path() / "schedstat") >> ran;
        sum += ran;
    }
    return sum;
}

class Bench {
public:
    enum class Kind { Near, Hold, Busy };
    Bench(Kind kind, app::Server& server, int http, int mqtt, const std::filesystem::path& folder)
        : kind_(kind), server_(server), client_(http), reporter_(mqtt)
    {
        for (int id = 1; id <= devices; ++id)
            client_.send("POST", "/api/devices",
                         Object{{"name", "Device " + std::to_string(id)}, {"type", "plug"}, {"room", "Room"}});
        std::filesystem::create_directories(folder / "automations");
        constexpr int inFile = 50;
        for (int file = 0; file < devices / inFile; ++file) {
            std::ofstream text(folder / "automations/.draft");
            for (int id = file * inFile + 1; id <= (file + 1) * inFile; ++id)
                text << "rule \"Watch " << id << "\" { on = { device \"room/device-" << id << "\".power"
                     << (kind == Kind::Near   ? ":above(25)"
                         : kind == Kind::Hold ? ":above(25):holds \"6h\""
                                              : ":changes()")
                     << " }, mode = \"single\", run = function() wait \"6h\" end }\n";
            text.close();
            std::filesystem::rename(folder / "automations/.draft",
                                    folder / ("automations/watch" + std::to_string(file) + ".lua"));
        }
        expect(eventually([&] {
                   const auto list = client_.send("GET", "/api/automations");
                   int active = 0;
                   for (auto at = list.find("\"state\":\"active\""); at != std::string::npos;
                        at = list.find("\"state\":\"active\"", at + 1))
                       ++active;
                   return active == devices / inFile;
               }),
               "the rules do not load");
    }

    /// Nanoseconds an event.
    double round(Tracing tracing)
    {
        server_.setTracing(tracing);
        const double before = arrived(), began = worked();
        for (int i = 0; i < reportsEach; ++i) reporter_.report(i % 2 == 0 ? (kind_ == Kind::Near ? 22 : 30) : 10);
        constexpr double sent = static_cast<double>(devices) * reportsEach;
        expect(eventually([&] {
                   return arrived() >= before + sent && client_.metric("atrium_queue_depth{queue=\"core\"}") == 0;
               }),
               "not all reports arrived");
        return (worked() - began) / sent;
    }

    /// Events must have left what this measures, or must have not.
    void check(Tracing tracing) const
    {
        const auto list = parseJson(client_.send("GET", "/api/automations"), {16 << 20, 64});
        const auto& first = list->find("automations")->list().at(0);
        const auto why = client_.send("GET", "/api/automations/" + std::to_string(first.integerOr("id", 0)) + "/why");
        const char* noted = kind_ == Kind::Near   ? "\"nearest\":22"
                            : kind_ == Kind::Hold ? "\"hold_cut_short\""
                                                  : "\"not_run\":[{";
        if ((why.find(noted) != std::string::npos) != (tracing == Tracing::On))
            throw std::runtime_error("what is noted is not what was asked for: " + why.substr(0, 2000));
    }

private:
    double arrived() const { return client_.metric("atrium_mqtt_messages_total{direction=\"in\"}"); }

    const Kind kind_;
    app::Server& server_;
    const Client client_;
    Reporter reporter_;
};

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

int measure(Bench::Kind kind, const std::string& http, const std::string& mqtt, const std::string& folder)
{
    mosquitto_lib_init();
    app::Server server(
        app::Configuration({},
                           {"data.dir=" + folder, "http.bind=127.0.0.1", "http.port=" + http, "mqtt.port=" + mqtt,
                            "mqtt.websocket.port=0", "limits.enabled=false", "log.level=warning",
                            std::string("admin.email=") + mail, std::string("admin.password=") + password},
                           {}));
    server.start();
    {
        Bench bench(kind, server, std::stoi(http), std::stoi(mqtt), folder);
        for (const auto tracing : {Tracing::Off, Tracing::On}) {
            bench.round(tracing); // the first also fills caches
            bench.check(tracing);
        }
        std::vector<double> ratios, with, without;
        for (int i = 0; i < rounds; ++i) {
            // Each goes first as often as the other: what grows meanwhile weighs on both.
            if (i % 2 == 0) with.push_back(bench.round(Tracing::On));
            without.push_back(bench.round(Tracing::Off));
            if (i % 2 == 1) with.push_back(bench.round(Tracing::On));
            ratios.push_back(with.back() / without.back());
        }
        std::printf("%.3f %.2f %.2f\n", median(ratios), median(with) / 1000, median(without) / 1000);
    }
    server.stop();
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 5) {
        std::fprintf(stderr, "usage: explained-events near|hold|busy HTTP_PORT MQTT_PORT FOLDER\n");
        return 2;
    }
    try {
        const std::string kind = argv[1];
        return measure(kind == "hold"   ? Bench::Kind::Hold
                       : kind == "busy" ? Bench::Kind::Busy
                                        : Bench::Kind::Near,
                       argv[2], argv[3], argv[4]);
    }
    catch (const std::exception& error) {
        std::fprintf(stderr, "explained-events: %s\n", error.what());
        return 1;
    }
}
