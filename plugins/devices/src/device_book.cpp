#include "device_book.h"

#include "attribute_catalog.h"
#include "aurion_protocol.h"

#include <charconv>
#include <future>

namespace atrium::devices {

namespace {

constexpr std::chrono::seconds logInterval{10};
constexpr std::chrono::seconds coreTimeout{5};

std::vector<Attribute> toAttributes(const std::vector<AttributeSpec>& specs)
{
    std::vector<Attribute> attributes;
    for (const auto& spec : specs) attributes.push_back({spec});
    return attributes;
}

std::vector<AttributeSpec> specsOf(const Device& device)
{
    std::vector<AttributeSpec> specs;
    for (const auto& attribute : device.attributes) specs.push_back(*attribute.spec);
    return specs;
}

void apply(const DeviceEdit& edit, DeviceInfo& info)
{
    if (edit.name) info.name = *edit.name;
    if (edit.type) info.type = *edit.type;
    if (edit.room) info.room = *edit.room;
    if (edit.nominalPower) info.nominalPower = *edit.nominalPower;
}

Error unknownDevice() { return makeError(ErrorCode::NotFound, {"Appareil non trouvé", "Device not found"}); }

} // namespace

DeviceBook::DeviceBook(DeviceRepository& repository, DeviceDirectory& directory, Devices& devices, Executor& core,
                       Executor& workers, const Clock& clock, Log& log, Metrics& metrics)
    : repository_(repository), directory_(directory), devices_(devices), core_(core), workers_(workers), clock_(clock),
      log_(log), refused_(metrics.counter("atrium_device_messages_refused_total",
                                          "Device messages that could not be decoded", {{"integration", integration}}))
{}

void DeviceBook::restore()
{
    for (const auto& device : repository_.loadAll())
        if (const auto put = putIntoState(device); !put)
            log_.error("a stored device cannot be restored",
                       {{"device", device.info.id.value}, {"reason", put.error().message.en}});
}

Result<DevicePtr> DeviceBook::putIntoState(const StoredDevice& device)
{
    auto done = std::make_shared<std::promise<Result<DevicePtr>>>();
    auto future = done->get_future();
    StoredDevice copy = device;
    copy.info.integration = integration;
    const bool posted = core_.post([this, done, copy = std::move(copy)] {
        const auto put = devices_.put(copy.info, toAttributes(copy.attributes));
        if (put) done->set_value(devices_.find(copy.info.id));
        else done->set_value(put.error());
    });
    if (!posted || future.wait_for(coreTimeout) != std::future_status::ready)
        return makeError(ErrorCode::Unavailable, {}, "core does not answer");
    return future.get();
}

Result<DevicePtr> DeviceBook::add(DeviceEdit edit)
{
    StoredDevice device;
    apply(edit, device.info);
    device.info.uid = slug(device.info.room) + '/' + slug(device.info.name);
    device.info.createdAt = clock_.now();
    device.attributes = defaultAttributes(device.info.type);
    return putIntoState(repository_.add(std::move(device)));
}

Result<DevicePtr> DeviceBook::edit(DeviceId id, const DeviceEdit& edit)
{
    const auto known = devices_.find(id);
    if (known && known->info->integration == DeviceDirectory::integration) {
        if (const auto edited = onCore([this, id, edit] { return directory_.edit(id, edit); }); !edited)
            return edited.error();
        return devices_.find(id);
    }
    if (!known || known->info->integration != integration) return unknownDevice();
    StoredDevice device{*known->info, specsOf(*known)};
    apply(edit, device.info);
    if (!repository_.update(device)) return unknownDevice();
    return putIntoState(device);
}

Result<void> DeviceBook::remove(DeviceId id)
{
    if (id.value >= DeviceDirectory::firstId) return onCore([this, id] { return directory_.remove(id); });
    if (!repository_.remove(id)) return unknownDevice();
    return onCore([this, id] { return devices_.remove(id); });
}

Result<void> DeviceBook::onCore(std::function<bool()> change)
{
    auto done = std::make_shared<std::promise<bool>>();
    auto future = done->get_future();
    const bool posted = core_.post([change = std::move(change), done] { done->set_value(change()); });
    if (!posted || future.wait_for(coreTimeout) != std::future_status::ready)
        return makeError(ErrorCode::Unavailable, {}, "core does not answer");
    if (!future.get()) return unknownDevice();
    return {};
}

void DeviceBook::takeStatus(std::string_view deviceLevel, std::string_view payload, UtcTime at)
{
    auto values = decodeStatus(payload);
    if (!values) return refuse(deviceLevel, values.error().message.en);
    Report report{idOf(deviceLevel), std::move(*values), at, {newCorrelationId(), "device", 0}};
    if (devices_.report(report)) return;
    // An unknown device, a value that does not fit, or an attribute that is new.
    const auto device = devices_.find(report.device);
    if (!device) return refuse(deviceLevel, "unknown device");
    // Only what has a place now: a value that was refused is not offered, and counted, again.
    std::erase_if(report.values, [&](const auto& entry) { return device->find(entry.first); });
    if (learn(*device, report.values)) devices_.report(report);
}

DeviceId DeviceBook::idOf(std::string_view deviceLevel) const
{
    DeviceId id;
    const auto [end, error] = std::from_chars(deviceLevel.data(), deviceLevel.data() + deviceLevel.size(), id.value);
    if (error == std::errc{} && end == deviceLevel.data() + deviceLevel.size()) return id;
    const auto named = devices_.find(deviceLevel);
    return named ? named->info->id : DeviceId{};
}

bool DeviceBook::learn(const Device& device, const std::vector<std::pair<std::string, Value>>& values)
{
    auto attributes = device.attributes;
    for (const auto& [name, value] : values) {
        if (device.find(name) || attributes.size() >= maxAttributes) continue;
        if (auto spec = learnAttribute(name, value)) attributes.push_back({std::move(*spec)});
    }
    if (attributes.size() == device.attributes.size()) return false;
    if (!devices_.put(*device.info, attributes)) return false;
    StoredDevice stored{*device.info, {}};
    for (const auto& attribute : attributes) stored.attributes.push_back(*attribute.spec);
    workers_.post([this, stored = std::move(stored)] { repository_.update(stored); });
    return true;
}

void DeviceBook::refuse(std::string_view deviceLevel, const std::string& reason)
{
    refused_.add();
    if (const auto id = idOf(deviceLevel)) devices_.refuse(id, {{}, reason, clock_.now()});
    if (clock_.steadyNow() < nextLog_) return;
    nextLog_ = clock_.steadyNow() + logInterval;
    log_.warning("a device message was refused",
                 {{"device", deviceLevel}, {"reason", reason}, {"so_far", refused_.value()}});
}

std::vector<DeviceEdit> demoHome()
{
    return {{"Lumière", "light", "Salon", 60},           {"TV", "entertainment", "Salon", 150},
            {"Lumière", "light", "Entrée", 12},          {"Mouvement", "motion", "Entrée", 0},
            {"Climatiseur", "climate", "Chambre", 1200}, {"Lumière", "light", "Chambre", 9},
            {"Prise", "plug", "Cuisine", 2000},          {"Réfrigérateur", "appliance", "Cuisine", 120},
            {"Ventilateur", "fan", "Bureau", 45},        {"Lampe", "light", "Bureau", 11}};
}

} // namespace atrium::devices
