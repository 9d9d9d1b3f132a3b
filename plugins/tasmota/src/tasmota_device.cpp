#include "tasmota_device.h"

#include "status_value.h"

#include <algorithm>

namespace atrium::tasmota {

TasmotaDevice::TasmotaDevice(Setup setup)
    : setup_(std::move(setup)), functions_(functionsOf(setup_)), presses_(pressesOf(setup_)), measurements_(setup_.key)
{}

TasmotaDevice TasmotaDevice::fromTopic(std::string topic, std::string commandPrefix)
{
    Setup setup;
    setup.key = setup.topic = std::move(topic);
    setup.commandPrefix = std::move(commandPrefix);
    return TasmotaDevice(std::move(setup));
}

bool TasmotaDevice::learnStatus(const Value& message)
{
    if (setup_.hasDiscovery) return false;
    bool isNew = false;
    const auto take = [&](std::string& field, const std::string& said) {
        if (said.empty() || said == field) return;
        field = said;
        isNew = true;
    };
    if (const Value* status = message.find("Status")) {
        std::vector<std::string> names;
        if (const Value* list = status->find("FriendlyName"); list && list->isList())
            for (const auto& name : list->list()) names.push_back(asText(name));
        else if (list && list->isText()) names.push_back(list->text());
        take(setup_.name, status->textOr("DeviceName", names.empty() ? std::string{} : names[0]));
        if (names != setup_.names) {
            setup_.names = std::move(names);
            isNew = true;
        }
        if (const Value* module = status->find("Module")) take(setup_.model, "Module " + asText(*module));
    }
    if (const Value* firmware = message.find("StatusFWR")) take(setup_.firmware, firmware->textOr("Version", ""));
    if (const Value* net = message.find("StatusNET")) {
        take(setup_.mac, net->textOr("Mac", ""));
        take(setup_.address, net->textOr("IPAddress", ""));
    }
    if (isNew) functions_ = functionsOf(setup_);
    return isNew;
}

bool TasmotaDevice::learnRelays(const Value& state)
{
    if (setup_.hasDiscovery || !state.isObject()) return false;
    bool isNew = false;
    for (const auto& [key, value] : state.object()) {
        if (!key.starts_with("POWER") || !value.isText()) continue;
        const int number = key.size() == 5 ? 1 : std::atoi(key.c_str() + 5);
        if (number < 1 || number > 32) continue;
        const auto index = static_cast<std::size_t>(number) - 1;
        if (setup_.relays.size() <= index) setup_.relays.resize(index + 1);
        if (setup_.relays[index] != 0) continue;
        const bool isLamp = number == 1 && state.find("Dimmer");
        setup_.relays[index] = isLamp ? 2 : 1;
        if (isLamp) {
            const bool hasTones = state.find("CT") != nullptr;
            setup_.lightKind = state.find("HSBColor") ? hasTones ? 5 : 3 : hasTones ? 2 : 1;
        }
        isNew = true;
    }
    if (isNew) functions_ = functionsOf(setup_);
    return isNew;
}

DeviceAnnouncement TasmotaDevice::announcement() const
{
    DeviceAnnouncement out;
    out.key = setup_.key;
    out.identifiers = {setup_.key};
    if (!setup_.mac.empty()) out.macs = {setup_.mac};
    out.name = setup_.name;
    out.maker = "Tasmota";
    out.model = setup_.model;
    out.firmware = setup_.firmware;
    if (!setup_.address.empty()) out.configurationUrl = "http://" + setup_.address + '/';
    out.tellsAvailability = !setup_.sleeps;
    for (const auto& function : functions_) out.entities.push_back(describe(function, setup_));
    for (const auto& press : presses_) out.entities.push_back(describe(press, setup_));
    for (auto& entity : measurements_.entities()) out.entities.push_back(std::move(entity));
    if (setup_.hasDiscovery)
        for (auto& entity : statusEntities(setup_)) out.entities.push_back(std::move(entity));
    for (auto& entity : out.entities)
        entity.availability = setup_.sleeps ? Availability::Available : Availability::NeverHeard;
    return out;
}

void TasmotaDevice::readState(const Value& message, std::vector<EntityValues>& values) const
{
    for (const auto& function : functions_)
        if (auto read = readFunction(function, setup_, message); !read.values.empty())
            values.push_back(std::move(read));
}

std::vector<const Press*> TasmotaDevice::pressesIn(const Value& result) const
{
    std::vector<const Press*> found;
    for (const auto& press : presses_)
        if (happened(press, result)) found.push_back(&press);
    return found;
}

Result<EntityPlan> TasmotaDevice::plan(const EntityCommand& command) const
{
    const auto function = std::find_if(functions_.begin(), functions_.end(),
                                       [&](const Function& one) { return one.id == command.entity.id; });
    if (function == functions_.end()) return makeError(ErrorCode::Unavailable);
    return planFunction(*function, setup_, command);
}

} // namespace atrium::tasmota
