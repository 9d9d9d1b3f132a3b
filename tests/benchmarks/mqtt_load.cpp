// mqtt-load: the bare libmosquitto programs that Atrium's MQTT figures are ratios to, and the load for both.
//   mqtt-load sink PORT COUNT             subscribes to aurion/devices/+/status at QoS 1, prints messages per second
//   mqtt-load flood PORT COUNT DEVICES    publishes COUNT reports at QoS 1, round robin over DEVICES (ids from 1)
//   mqtt-load discover PORT DEVICES       announces devices of 30 sensors each by Home Assistant's convention
//   mqtt-load report PORT DEVICES RATE SECONDS   their states, round robin, RATE messages a second at QoS 0
//   mqtt-load echo PORT                   answers each message on bench/ping with one on bench/pong, until SIGTERM
//   mqtt-load rtt PORT COUNT              sends COUNT pings one by one, prints p50 and p99 in microseconds
// All clients talk to 127.0.0.1.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mosquitto.h>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* host = "127.0.0.1";
constexpr int keepAlive = 60;
constexpr std::chrono::seconds patience{60};

double secondsBetween(Clock::time_point from, Clock::time_point to)
{
    return std::chrono::duration<double>(to - from).count();
}

volatile std::sig_atomic_t stopped = 0;

mosquitto* connect(const char* name, int port, void* self = nullptr)
{
    mosquitto* client = mosquitto_new(name, true, self);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_max_inflight_messages_set(client, 1000);
    if (mosquitto_connect(client, host, port, keepAlive) != MOSQ_ERR_SUCCESS) {
        std::fprintf(stderr, "no broker at port %d\n", port);
        std::exit(1);
    }
    return client;
}

struct Arrivals {
    long count = 0;
    Clock::time_point first, last;
};

int sink(int port, long wanted)
{
    Arrivals arrivals;
    mosquitto* client = connect("bench-sink", port, &arrivals);
    mosquitto_message_callback_set(client, [](mosquitto*, void* self, const mosquitto_message*) {
        auto& seen = *static_cast<Arrivals*>(self);
        seen.last = Clock::now();
        if (seen.count++ == 0) seen.first = seen.last;
    });
    mosquitto_subscribe(client, nullptr, "aurion/devices/+/status", 1);
    const auto start = Clock::now();
    while (arrivals.count < wanted && Clock::now() - start < patience) mosquitto_loop(client, 100, 1);
    std::printf("%ld %.0f\n", arrivals.count,
                static_cast<double>(arrivals.count) / secondsBetween(arrivals.first, arrivals.last));
    mosquitto_destroy(client);
    return arrivals.count == wanted ? 0 : 1;
}

int flood(int port, long count, int devices)
{
    std::atomic<long> acknowledged{0};
    mosquitto* client = connect("bench-flood", port, &acknowledged);
    mosquitto_publish_callback_set(client,
                                   [](mosquitto*, void* self, int) { ++*static_cast<std::atomic<long>*>(self); });
    mosquitto_loop_start(client);
    const auto start = Clock::now();
    for (long i = 0; i < count; ++i) {
        char topic[64], payload[96];
        std::snprintf(topic, sizeof topic, "aurion/devices/%ld/status", 1 + i % devices);
        const int length = std::snprintf(payload, sizeof payload, R"({"status":%s,"power":%.1f,"energy":%.3f})",
                                         (i / devices) % 2 ? "true" : "false", 60 + static_cast<double>(i % 1000) * 0.1,
                                         static_cast<double>(i) * 0.001);
        mosquitto_publish(client, nullptr, topic, length, payload, 1, false);
        // The library's queue is unlimited: stay at most 5,000 ahead of the broker.
        while (i - acknowledged > 5000 && Clock::now() - start < patience)
            std::this_thread::sleep_for(std::chrono::microseconds{50});
    }
    while (acknowledged < count && Clock::now() - start < patience)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    std::printf("%ld %.0f\n", acknowledged.load(), static_cast<double>(count) / secondsBetween(start, Clock::now()));
    mosquitto_disconnect(client);
    mosquitto_loop_stop(client, false);
    return acknowledged == count ? 0 : 1;
}

constexpr int sensorsPerDevice = 30;

std::string configOf(int device)
{
    const std::string id = "bench" + std::to_string(device);
    std::string config = R"({"dev":{"ids":")" + id + R"(","name":"Device )" + std::to_string(device) +
                         R"(","mf":"Bench","mdl":"B30","sa":"Room )" + std::to_string(device % 50) +
                         R"("},"o":{"name":"bench"},"stat_t":"bench/)" + id + R"(/state","cmps":{)";
    for (int i = 0; i < sensorsPerDevice; ++i) {
        const std::string number = std::to_string(i);
        if (i > 0) config += ',';
        config += "\"s" + number + R"(":{"p":"sensor","uniq_id":")" + id + "_" + number + R"(","name":"Sensor )" +
                  number +
                  R"(","unit_of_meas":"W","dev_cla":"power","stat_cla":"measurement","val_tpl":"{{ value_json.s)" +
                  number + R"( }}"})";
    }
    return config + "}}";
}

std::string stateOf(long round)
{
    std::string state = "{";
    for (int i = 0; i < sensorsPerDevice; ++i)
        state += (i > 0 ? ",\"s" : "\"s") + std::to_string(i) + "\":" + std::to_string((round + i) % 1000);
    return state + '}';
}

int discover(int port, int devices)
{
    std::atomic<long> acknowledged{0};
    mosquitto* client = connect("bench-discover", port, &acknowledged);
    mosquitto_publish_callback_set(client,
                                   [](mosquitto*, void* self, int) { ++*static_cast<std::atomic<long>*>(self); });
    mosquitto_loop_start(client);
    const auto start = Clock::now();
    for (int i = 0; i < devices; ++i) {
        const std::string topic = "homeassistant/device/bench" + std::to_string(i) + "/config", config = configOf(i);
        mosquitto_publish(client, nullptr, topic.c_str(), static_cast<int>(config.size()), config.data(), 1, true);
        while (i - acknowledged > 500 && Clock::now() - start < patience)
            std::this_thread::sleep_for(std::chrono::microseconds{50});
    }
    while (acknowledged < devices && Clock::now() - start < patience)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    mosquitto_disconnect(client);
    mosquitto_loop_stop(client, false);
    return acknowledged == devices ? 0 : 1;
}

int report(int port, int devices, long rate, long seconds)
{
    mosquitto* client = connect("bench-report", port);
    mosquitto_loop_start(client);
    const auto start = Clock::now();
    for (long i = 0; i < rate * seconds; ++i) {
        std::this_thread::sleep_until(start + std::chrono::microseconds(i * 1'000'000 / rate));
        const std::string topic = "bench/bench" + std::to_string(i % devices) + "/state", state = stateOf(i / devices);
        mosquitto_publish(client, nullptr, topic.c_str(), static_cast<int>(state.size()), state.data(), 0, false);
    }
    std::printf("%.0f\n", static_cast<double>(rate * seconds) / secondsBetween(start, Clock::now()));
    mosquitto_disconnect(client);
    mosquitto_loop_stop(client, false);
    return 0;
}

int echo(int port)
{
    std::signal(SIGTERM, [](int) { stopped = 1; });
    mosquitto* client = connect("bench-echo", port);
    mosquitto_message_callback_set(client, [](mosquitto* self, void*, const mosquitto_message* message) {
        mosquitto_publish(self, nullptr, "bench/pong", message->payloadlen, message->payload, 0, false);
    });
    mosquitto_subscribe(client, nullptr, "bench/ping", 0);
    while (!stopped) mosquitto_loop(client, 200, 1);
    mosquitto_destroy(client);
    return 0;
}

/// Waits asleep: a client that looks all the time would take a processor from those whose time it measures.
int roundTrips(int port, int count)
{
    struct Heard {
        bool isSubscribed = false;
        int answers = 0;
    } heard;
    mosquitto* client = connect("bench-rtt", port, &heard);
    mosquitto_subscribe_callback_set(
        client, [](mosquitto*, void* self, int, int, const int*) { static_cast<Heard*>(self)->isSubscribed = true; });
    mosquitto_message_callback_set(
        client, [](mosquitto*, void* self, const mosquitto_message*) { ++static_cast<Heard*>(self)->answers; });
    mosquitto_subscribe(client, nullptr, "bench/pong", 0);
    for (const auto start = Clock::now(); !heard.isSubscribed && Clock::now() - start < patience;)
        mosquitto_loop(client, 1000, 1);
    std::vector<double> times;
    for (int i = 0, missed = 0; i < count && missed < 3; ++i) {
        char payload[48];
        const int length = std::snprintf(payload, sizeof payload, R"({"n":%d})", i);
        const int before = heard.answers;
        const auto sent = Clock::now();
        mosquitto_publish(client, nullptr, "bench/ping", length, payload, 0, false);
        while (heard.answers == before && Clock::now() - sent < std::chrono::seconds{2})
            mosquitto_loop(client, 1000, 1);
        if (heard.answers != before) times.push_back(secondsBetween(sent, Clock::now()) * 1e6);
        else ++missed;
    }
    mosquitto_disconnect(client);
    if (times.size() < static_cast<std::size_t>(count)) {
        std::fprintf(stderr, "%zu of %d answers\n", times.size(), count);
        return 1;
    }
    std::sort(times.begin(), times.end());
    std::printf("%.0f %.0f\n", times[times.size() / 2], times[times.size() * 99 / 100]);
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    const std::string mode = argc > 2 ? argv[1] : "";
    const auto number = [&](int index) { return argc > index ? std::atol(argv[index]) : 0; };
    const int port = static_cast<int>(number(2));
    mosquitto_lib_init();
    if (mode == "sink" && argc == 4) return sink(port, number(3));
    if (mode == "flood" && argc == 5) return flood(port, number(3), static_cast<int>(number(4)));
    if (mode == "discover" && argc == 4) return discover(port, static_cast<int>(number(3)));
    if (mode == "report" && argc == 6) return report(port, static_cast<int>(number(3)), number(4), number(5));
    if (mode == "echo" && argc == 3) return echo(port);
    if (mode == "rtt" && argc == 4) return roundTrips(port, static_cast<int>(number(3)));
    std::fprintf(stderr, "usage: mqtt-load sink PORT COUNT | flood PORT COUNT DEVICES | discover PORT DEVICES | "
                         "report PORT DEVICES RATE SECONDS | echo PORT | rtt PORT COUNT\n");
    return 2;
}
