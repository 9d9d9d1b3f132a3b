#include "simulated_device.h"

#include "atrium/json.h"

#include <algorithm>
#include <cmath>
#include <mosquitto.h>
#include <stdexcept>

namespace atrium::simulator {

namespace {

constexpr double reportInterval = 15; // s
constexpr double outside = 27;        // °C, a warm day
double rounded(double value, double digits) { return std::round(value * digits) / digits; }

} // namespace

SimulatedDevice::SimulatedDevice(DeviceModel model, const std::string& host, int port)
    : model_(model), statusTopic_("aurion/devices/" + std::to_string(model.id) + "/status"),
      commandTopic_("aurion/devices/" + std::to_string(model.id) + "/command"), random_(static_cast<unsigned>(model.id))
{
    on_ = model_.behaviour == Behaviour::Appliance;
    untilReport_ = 0.2 * model_.id;
    client_ = mosquitto_new(("simulated-" + std::to_string(model.id)).c_str(), true, this);
    if (!client_) throw std::runtime_error("cannot create an MQTT client");
    mosquitto_connect_callback_set(client_, [](mosquitto* client, void* self, int result) {
        auto& device = *static_cast<SimulatedDevice*>(self);
        device.connected_ = result == 0;
        if (device.connected_) mosquitto_subscribe(client, nullptr, device.commandTopic_.c_str(), 1);
    });
    mosquitto_disconnect_callback_set(
        client_, [](mosquitto*, void* self, int) { static_cast<SimulatedDevice*>(self)->connected_ = false; });
    mosquitto_message_callback_set(client_, [](mosquitto*, void* self, const mosquitto_message* message) {
        static_cast<SimulatedDevice*>(self)->obey(*message);
    });
    mosquitto_connect(client_, host.c_str(), port, 30);
}

SimulatedDevice::~SimulatedDevice()
{
    mosquitto_disconnect(client_);
    mosquitto_destroy(client_);
}

void SimulatedDevice::step(double seconds)
{
    if (mosquitto_loop(client_, 0, 1) != MOSQ_ERR_SUCCESS) mosquitto_reconnect(client_);
    live(seconds);
}

void SimulatedDevice::obey(const mosquitto_message& message) noexcept
{
    try {
        const auto wish =
            parseJson({static_cast<const char*>(message.payload), static_cast<std::size_t>(message.payloadlen)});
        if (!wish) return;
        on_ = wish->booleanOr("status", on_);
        if (const Value* level = wish->find("level"); level && level->isNumeric())
            level_ = std::clamp(level->number(), 0.0, 100.0);
        if (const Value* target = wish->find("target_temperature"); target && target->isNumeric())
            target_ = target->number();
        untilReport_ = 0;
    }
    catch (...) {
        // A command that makes no sense is ignored, as devices do.
    }
}

void SimulatedDevice::live(double seconds)
{
    std::uniform_real_distribution<double> chance(0, 1);
    if (model_.behaviour == Behaviour::Climate) {
        const double pull = on_ ? target_ - 1 : outside;
        temperature_ += (pull - temperature_) * seconds / 120;
    }
    if (model_.behaviour == Behaviour::Motion && (untilMotion_ -= seconds) <= 0) {
        motion_ = !motion_;
        untilMotion_ = motion_ ? 5 : 30 + 30 * chance(random_);
        untilReport_ = 0;
    }
    untilReport_ -= seconds;
    if (untilReport_ > 0 || !connected_) return;
    untilReport_ = reportInterval;
    report();
}

void SimulatedDevice::report()
{
    std::uniform_real_distribution<double> noise(0.95, 1.05);
    Object state;
    if (model_.behaviour == Behaviour::Motion) {
        state = {{"motion", motion_}, {"illuminance", motion_ ? 80 : 120}, {"battery", 92}};
    }
    else {
        double power = on_ ? model_.nominalPower * noise(random_) : 0;
        if (model_.behaviour == Behaviour::Dimmer) power *= level_ / 100;
        energy_ += power / 1000 * reportInterval / 3600;
        state = {{"status", on_}, {"power", rounded(power, 10)}, {"energy", rounded(energy_, 10000)}};
        if (model_.behaviour == Behaviour::Dimmer) state.append("level", level_);
        if (model_.behaviour == Behaviour::Climate) {
            state.append("temperature", rounded(temperature_, 10));
            state.append("target_temperature", target_);
        }
    }
    const auto payload = toJson(state);
    mosquitto_publish(client_, nullptr, statusTopic_.c_str(), static_cast<int>(payload.size()), payload.data(), 1,
                      false);
}

} // namespace atrium::simulator
