// atrium-simulator [HOST [PORT]]: the devices of the demo home, each an MQTT client of its own, until SIGTERM or
// SIGINT.

#include "simulated_device.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mosquitto.h>
#include <thread>
#include <vector>

namespace {

volatile std::sig_atomic_t stop = 0;

/// The devices that the setting plugins.devices.demo creates, in their order.
constexpr atrium::simulator::DeviceModel demoHome[] = {
    {1, atrium::simulator::Behaviour::Dimmer, 60},    {2, atrium::simulator::Behaviour::Switch, 150},
    {3, atrium::simulator::Behaviour::Dimmer, 12},    {4, atrium::simulator::Behaviour::Motion, 0},
    {5, atrium::simulator::Behaviour::Climate, 1200}, {6, atrium::simulator::Behaviour::Dimmer, 9},
    {7, atrium::simulator::Behaviour::Plug, 1850},    {8, atrium::simulator::Behaviour::Appliance, 120},
    {9, atrium::simulator::Behaviour::Switch, 45},    {10, atrium::simulator::Behaviour::Dimmer, 11},
};

} // namespace

int main(int argc, char** argv)
{
    const std::string host = argc > 1 ? argv[1] : "127.0.0.1";
    const int port = argc > 2 ? std::atoi(argv[2]) : 1883;
    if (port <= 0 || port > 65535) {
        std::fprintf(stderr, "usage: atrium-simulator [HOST [PORT]]\n");
        return 2;
    }
    std::signal(SIGTERM, [](int) { stop = 1; });
    std::signal(SIGINT, [](int) { stop = 1; });
    std::signal(SIGPIPE, SIG_IGN);
    mosquitto_lib_init();
    {
        std::vector<std::unique_ptr<atrium::simulator::SimulatedDevice>> devices;
        for (const auto& model : demoHome)
            devices.push_back(std::make_unique<atrium::simulator::SimulatedDevice>(model, host, port));
        auto last = std::chrono::steady_clock::now();
        while (!stop) {
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
            const auto now = std::chrono::steady_clock::now();
            const double seconds = std::chrono::duration<double>(now - last).count();
            last = now;
            for (auto& device : devices) device->step(seconds);
        }
    }
    mosquitto_lib_cleanup();
    return 0;
}
