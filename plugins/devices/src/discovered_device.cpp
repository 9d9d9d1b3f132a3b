#include "discovered_device.h"

#include "device_repository.h"

#include <algorithm>

namespace atrium::devices {

namespace {

std::string macDigits(const std::string& mac)
{
    std::string digits;
    for (const char c : mac)
        if (std::isxdigit(static_cast<unsigned char>(c)))
            digits += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return digits.size() == 12 ? digits : std::string{};
}

std::string attributeWord(std::string_view text)
{
    std::string word = slug(text);
    std::replace(word.begin(), word.end(), '-', '_');
    if (word[0] >= '0' && word[0] <= '9') word.insert(0, "n");
    return word.substr(0, 50);
}

/// What the attribute should be called. The first lamp or switch of a device is its `status`, as simple clients expect.
std::string wishedName(const AnnouncedEntity& entity, const AnnouncedAttribute& attribute)
{
    const auto& spec = entity.spec;
    const std::string base = attributeWord(!entity.wish.empty() ? entity.wish
                                           : spec.name          ? *spec.name
                                                                : spec.component);
    const bool isMain = spec.category == EntityCategory::Primary;
    if (attribute.role == "state") {
        const bool switches = attribute.spec.kind == Value::Kind::Boolean && !spec.commands.empty();
        if (isMain && switches) return "status";
        const bool isTotal = spec.component == "sensor" && isMain;
        if (isTotal && spec.deviceClass == "power" && spec.unit == "W") return "power";
        if (isTotal && spec.deviceClass == "temperature") return "temperature";
        return base;
    }
    if (attribute.role == "brightness_pct") return isMain ? "level" : base + "_level";
    return isMain && !spec.name ? attributeWord(attribute.role) : base + '_' + attributeWord(attribute.role);
}

std::string freeName(const std::vector<Shared<AttributeSpec>>& taken, const AnnouncedEntity& entity,
                     const AnnouncedAttribute& attribute)
{
    const auto isTaken = [&](const std::string& name) {
        return std::any_of(taken.begin(), taken.end(), [&](const auto& spec) { return spec->name == name; });
    };
    std::string name = wishedName(entity, attribute);
    if (!isTaken(name)) return name;
    const std::string base = attributeWord(entity.wish.empty() && entity.spec.name ? *entity.spec.name : entity.wish);
    if (const std::string own = attribute.role == "state" ? base : base + '_' + attributeWord(attribute.role);
        base != "x" && !isTaken(own))
        return own;
    for (int number = 2;; ++number)
        if (const std::string numbered = name + '_' + std::to_string(number); !isTaken(numbered)) return numbered;
}

std::string typeOf(const std::vector<Entity>& entities)
{
    constexpr std::pair<const char*, const char*> types[] = {{"light", "light"},
                                                             {"climate", "climate"},
                                                             {"water_heater", "climate"},
                                                             {"humidifier", "climate"},
                                                             {"cover", "cover"},
                                                             {"lock", "lock"},
                                                             {"fan", "fan"},
                                                             {"valve", "valve"},
                                                             {"vacuum", "vacuum"},
                                                             {"siren", "siren"},
                                                             {"lawn_mower", "mower"},
                                                             {"alarm_control_panel", "alarm"},
                                                             {"camera", "camera"},
                                                             {"switch", "plug"},
                                                             {"event", "remote"},
                                                             {"device_automation", "remote"},
                                                             {"device_tracker", "tracker"}};
    for (const auto& [component, type] : types)
        for (const auto& entity : entities)
            if (entity.spec->component == component && entity.spec->category == EntityCategory::Primary) return type;
    for (const auto& entity : entities)
        if (entity.spec->deviceClass == "motion" || entity.spec->deviceClass == "occupancy") return "motion";
    return "sensor";
}

void fill(std::string& field, const std::string& said)
{
    if (!said.empty()) field = said;
}

} // namespace

std::vector<std::string> identitiesOf(const std::string& integration, const DeviceAnnouncement& announcement)
{
    std::vector<std::string> identities;
    for (const auto& identifier : announcement.identifiers) identities.push_back(integration + ':' + identifier);
    for (const auto& other : announcement.alsoKnownAs) identities.push_back(other);
    for (const auto& mac : announcement.macs)
        if (const auto digits = macDigits(mac); !digits.empty()) identities.push_back("mac:" + digits);
    if (identities.empty()) identities.push_back(integration + ":key:" + announcement.key);
    return identities;
}

namespace {

constexpr std::string DeviceTelling::*tellingFields[] = {&DeviceTelling::name,     &DeviceTelling::maker,
                                                         &DeviceTelling::model,    &DeviceTelling::modelId,
                                                         &DeviceTelling::firmware, &DeviceTelling::hardware};

/// The same fields of the device, in the same order.
constexpr std::string DeviceInfo::*infoFields[] = {&DeviceInfo::name,    &DeviceInfo::maker,    &DeviceInfo::model,
                                                   &DeviceInfo::modelId, &DeviceInfo::firmware, &DeviceInfo::hardware};

/// Where several speak for a device, each field is that of the first who says something: what is shown does not change
/// with each announcement.
void tell(Description& description, const std::string& integration, const DeviceAnnouncement& said)
{
    auto& info = description.info;
    const DeviceTelling telling{integration,  said.name,     said.maker,   said.model,
                                said.modelId, said.firmware, said.hardware};
    const bool isShared = std::any_of(description.keys.begin(), description.keys.end(),
                                      [&](const auto& entry) { return entry.first != integration; });
    if (!isShared) {
        info.tellings.clear();
        for (std::size_t i = 0; i < std::size(infoFields); ++i) fill(info.*infoFields[i], telling.*tellingFields[i]);
        return;
    }
    if (info.tellings.empty()) {
        DeviceTelling first{description.keys.begin()->first};
        for (std::size_t i = 0; i < std::size(infoFields); ++i) first.*tellingFields[i] = info.*infoFields[i];
        info.tellings.push_back(std::move(first));
    }
    const auto known = std::find_if(info.tellings.begin(), info.tellings.end(),
                                    [&](const auto& one) { return one.integration == integration; });
    if (known == info.tellings.end()) info.tellings.push_back(telling);
    else *known = telling;
    for (std::size_t i = 0; i < std::size(infoFields); ++i)
        for (const auto& one : info.tellings)
            if (!(one.*tellingFields[i]).empty()) {
                info.*infoFields[i] = one.*tellingFields[i];
                break;
            }
}

void removeEntities(Description& description, const std::string& integration)
{
    std::vector<int> moved(description.entities.size(), -1);
    std::vector<Entity> kept;
    for (std::size_t i = 0; i < description.entities.size(); ++i) {
        if (description.entities[i].spec->integration == integration) continue;
        moved[i] = static_cast<int>(kept.size());
        kept.push_back(std::move(description.entities[i]));
    }
    description.entities = std::move(kept);
    std::erase_if(description.attributes, [&](Shared<AttributeSpec>& spec) {
        const int entity = spec->entity < 0 ? -1 : moved[static_cast<std::size_t>(spec->entity)];
        if (entity >= 0 && entity != spec->entity) {
            AttributeSpec changed = *spec;
            changed.entity = entity;
            spec = std::move(changed);
        }
        return entity < 0;
    });
}

} // namespace

std::string normalIdentity(std::string_view identity)
{
    constexpr std::string_view mac = "mac:";
    if (!identity.starts_with(mac)) return std::string(identity);
    return std::string(mac) + macDigits(std::string(identity.substr(mac.size())));
}

void removeIntegration(Description& description, const std::string& integration)
{
    removeEntities(description, integration);
    auto& tellings = description.info.tellings;
    std::erase_if(tellings, [&](const auto& one) { return one.integration == integration; });
    if (tellings.size() < 2) tellings.clear();
}

void merge(Description& description, const std::string& integration, const DeviceAnnouncement& announcement)
{
    // The names that its attributes ever had: history and rules hang on them.
    std::map<std::pair<std::string, std::string>, std::string> known;
    const auto placeOf = [](const AnnouncedEntity& entity, const AnnouncedAttribute& attribute) {
        return std::pair(entity.id.str(), attribute.role);
    };
    for (const auto& spec : description.attributes)
        if (const auto& entity = description.entities[static_cast<std::size_t>(spec->entity)];
            entity.spec->integration == integration)
            known[{entity.id.str(), spec->role}] = spec->name;
    removeEntities(description, integration);
    const auto isTaken = [&](const std::string& name) {
        return std::any_of(description.attributes.begin(), description.attributes.end(),
                           [&](const auto& spec) { return spec->name == name; });
    };
    // Known names first, so that a new entity cannot take one away.
    const auto first = description.entities.size();
    for (const auto& entity : announcement.entities) {
        EntitySpec spec = entity.spec;
        spec.integration = integration;
        description.entities.push_back({entity.id, std::move(spec), entity.availability});
    }
    const auto add = [&](std::size_t index, const AnnouncedAttribute& attribute, std::string name) {
        AttributeSpec spec = attribute.spec;
        spec.name = std::move(name);
        spec.role = attribute.role;
        spec.entity = static_cast<int>(first + index);
        description.attributes.push_back(std::move(spec));
    };
    for (std::size_t i = 0; i < announcement.entities.size(); ++i)
        for (const auto& attribute : announcement.entities[i].attributes)
            if (const auto old = known.find(placeOf(announcement.entities[i], attribute));
                old != known.end() && !isTaken(old->second))
                add(i, attribute, old->second);
    for (std::size_t i = 0; i < announcement.entities.size(); ++i)
        for (const auto& attribute : announcement.entities[i].attributes)
            if (!known.contains(placeOf(announcement.entities[i], attribute)))
                add(i, attribute, freeName(description.attributes, announcement.entities[i], attribute));

    DeviceInfo& info = description.info;
    tell(description, integration, announcement);
    fill(info.room, announcement.suggestedRoom);
    fill(info.serialNumber, announcement.serialNumber);
    fill(info.configurationUrl, announcement.configurationUrl);
    fill(info.via, announcement.via);
    if (info.name.empty())
        info.name = announcement.identifiers.empty() ? announcement.key : announcement.identifiers[0];
    for (const auto& identity : identitiesOf(integration, announcement)) {
        auto& list = identity.starts_with("mac:") ? info.macs : info.identifiers;
        const auto text = identity.starts_with("mac:") ? identity.substr(4) : identity;
        if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
    }
    info.tellsAvailability = info.tellsAvailability || announcement.tellsAvailability;
    info.type = typeOf(description.entities);
    fill(info.name, description.chosen.name);
    fill(info.room, description.chosen.room);
    fill(info.type, description.chosen.type);
    description.keys[integration] = announcement.key;
}

} // namespace atrium::devices
