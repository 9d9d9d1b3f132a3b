#include "device_directory.h"

#include "content_hash.h"
#include "device_book.h"
#include "directory_port.h"
#include "entity_commands.h"

#include <algorithm>
#include <future>

namespace atrium::devices {

DeviceDirectory::DeviceDirectory(Services services)
    : to_(services), store_(std::make_shared<DescriptionStore>(services.repository, services.devices, services.workers,
                                                               services.scheduler, services.log))
{}

std::shared_ptr<IntegrationPort> DeviceDirectory::open(std::string name, EntityPlanner planner)
{
    std::lock_guard lock(mutex_);
    if (!planners_.emplace(name, std::move(planner)).second)
        throw std::invalid_argument("integration " + name + " is open already");
    return std::make_shared<DirectoryPort>(shared_from_this(), std::move(name));
}

void DeviceDirectory::restore()
{
    constexpr std::size_t atOnce = 200;
    for (DeviceId after;;) {
        const auto rows = to_.repository.load(after, atOnce);
        if (rows.empty()) return;
        after = rows.back().id;
        auto stored = std::make_shared<std::vector<Description>>();
        for (const auto& row : rows) stored->push_back(descriptionFromJsonText(row.id, row.description));
        auto done = std::make_shared<std::promise<void>>();
        auto future = done->get_future();
        const bool posted = to_.core.post([self = shared_from_this(), stored, done] {
            for (auto& description : *stored) self->takeStored(description.info.id, std::move(description));
            done->set_value();
        });
        if (!posted || future.wait_for(std::chrono::seconds{8}) != std::future_status::ready)
            throw std::runtime_error("core does not answer");
    }
}

void DeviceDirectory::takeStored(DeviceId id, Description description)
{
    if (description.info.uid.empty() || records_.contains(id)) return;
    nextId_ = std::max(nextId_, id.value + 1);
    Record& record = records_[id];
    if (const auto& chosen = description.chosen; !chosen.name.empty() || !chosen.room.empty() || !chosen.type.empty())
        chosen_[id] = chosen;
    index(id, description);
    learn(record, description);
    put(record, description);
}

void DeviceDirectory::announce(const std::string& name, DeviceAnnouncement announcement)
{
    DeviceId id = idOf(name, announcement.key);
    if (id) id = joined(id, name, announcement);
    if (!id)
        for (const auto& identity : identitiesOf(name, announcement))
            if (const auto known = byIdentity_.find(identity); known != byIdentity_.end()) {
                id = known->second;
                // Two keys of one integration for one device: both speak of it, the later one describes it.
                break;
            }
    const auto hash = hashOf(announcement);
    if (id)
        if (const auto* voice = records_[id].voiceOf(name); voice && voice->saidBefore == hash) return;
    Description description;
    if (!id) {
        id = DeviceId(nextId_++);
        description.info.id = id;
        description.info.createdAt = to_.clock.now();
        description.info.integration = integration;
        description.info.name = announcement.name;
        description.info.room = announcement.suggestedRoom;
        description.info.uid = freeUid(description.info);
        gatheredUids_.insert(description.info.uid);
    }
    else description = describe(id);
    Record& record = records_[id];
    merge(description, name, announcement);
    index(id, description);
    learn(record, description);
    for (auto& voice : record.voices)
        if (voice.integration == name) voice.saidBefore = hash;
    gather(id, record, std::move(description));
}

void DeviceDirectory::gather(DeviceId id, Record& record, Description description)
{
    if (!record.gathered) {
        record.gathered = std::make_unique<Gathered>();
        gathered_.push_back(id);
        if (gathered_.size() == 1) gatherTimer_ = to_.scheduler.after(gathering, [this] { putGathered(); });
    }
    record.gathered->description = std::move(description);
}

void DeviceDirectory::putGathered()
{
    for (const auto id : std::exchange(gathered_, {})) putNow(id);
}

void DeviceDirectory::putNow(DeviceId id)
{
    const auto found = records_.find(id);
    if (found == records_.end() || !found->second.gathered) return;
    const auto gathered = std::move(found->second.gathered);
    const auto& description = gathered->description;
    put(found->second, description);
    gatheredUids_.erase(description.info.uid);
    store_->store(id, description.chosen, description.keys);
    for (const auto& report : gathered->reports) to_.devices.report(report);
}

void DeviceDirectory::learn(Record& record, Description& description)
{
    pool_.intern(description);
    record.entities = SharedList<Entity>(description.entities);
    record.layout = pool_.layoutOf(description);
    std::vector<Voice> voices;
    voices.reserve(description.keys.size());
    for (const auto& [integration, key] : description.keys) {
        const auto keys = byKey_.find(integration);
        const auto* before = record.voiceOf(integration);
        voices.push_back({keys->first, keys->second.find(key)->first, before ? before->saidBefore : 0});
    }
    record.voices = std::move(voices);
}

const DeviceDirectory::Voice* DeviceDirectory::Record::voiceOf(std::string_view integration) const
{
    const auto found = std::find_if(voices.begin(), voices.end(),
                                    [&](const Voice& voice) { return voice.integration == integration; });
    return found == voices.end() ? nullptr : &*found;
}

void DeviceDirectory::put(const Record& record, const Description& description)
{
    DeviceInfo info = description.info;
    info.integration = integration;
    std::vector<Attribute> attributes;
    attributes.reserve(description.attributes.size());
    for (const auto& spec : description.attributes) attributes.push_back({spec});
    if (const auto put = to_.devices.put(std::move(info), std::move(attributes), record.entities); !put)
        to_.log.error("a device cannot be put into the state",
                      {{"device", description.info.id.value}, {"reason", put.error().message.en}});
}

void DeviceDirectory::index(DeviceId id, const Description& description)
{
    for (const auto& identifier : description.info.identifiers) byIdentity_[identifier] = id;
    for (const auto& mac : description.info.macs) byIdentity_["mac:" + mac] = id;
    for (const auto& [name, key] : description.keys) {
        auto keys = byKey_.find(name);
        if (keys == byKey_.end()) keys = byKey_.emplace(name, Keys{}).first;
        keys->second[key] = id;
    }
}

Description DeviceDirectory::describe(DeviceId id) const
{
    const auto& record = records_.at(id);
    if (record.gathered) return record.gathered->description;
    Description description;
    const auto device = to_.devices.find(id);
    if (!device) return description;
    description.info = *device->info;
    description.entities = device->entities;
    for (const auto& attribute : device->attributes) description.attributes.push_back(attribute.spec);
    for (const auto& voice : record.voices) description.keys[voice.integration.str()] = voice.key.str();
    const auto chosen = chosen_.find(id);
    if (chosen != chosen_.end()) description.chosen = chosen->second;
    return description;
}

void DeviceDirectory::withdraw(const std::string& name, std::string_view key)
{
    const DeviceId id = idOf(name, key);
    Record* record = find(id);
    if (!record) return;
    Description description = describe(id);
    removeIntegration(description, name);
    description.keys.erase(name);
    if (description.entities.empty()) {
        remove(id);
        return;
    }
    const auto keys = byKey_.find(name);
    keys->second.erase(keys->second.find(key));
    learn(*record, description);
    gather(id, *record, std::move(description));
    putNow(id);
}

bool DeviceDirectory::remove(DeviceId id)
{
    const auto found = records_.find(id);
    if (found == records_.end()) return false;
    if (found->second.gathered) gatheredUids_.erase(found->second.gathered->description.info.uid);
    std::erase_if(byIdentity_, [id](const auto& entry) { return entry.second == id; });
    for (auto& [name, keys] : byKey_) std::erase_if(keys, [id](const auto& entry) { return entry.second == id; });
    std::erase(gathered_, id);
    records_.erase(found);
    chosen_.erase(id);
    to_.devices.remove(id);
    store_->remove(id);
    return true;
}

bool DeviceDirectory::edit(DeviceId id, const DeviceEdit& edit)
{
    const auto found = records_.find(id);
    if (found == records_.end()) return false;
    Description description = describe(id);
    PeoplesChoice& chosen = chosen_[id];
    if (edit.name) chosen.name = description.info.name = *edit.name;
    if (edit.room) chosen.room = description.info.room = *edit.room;
    if (edit.type) chosen.type = description.info.type = *edit.type;
    if (edit.nominalPower) description.info.nominalPower = *edit.nominalPower;
    description.chosen = chosen;
    gather(id, found->second, std::move(description));
    putNow(id);
    return true;
}

DeviceId DeviceDirectory::joined(DeviceId id, const std::string& name, const DeviceAnnouncement& announcement)
{
    for (const auto& identity : identitiesOf(name, announcement)) {
        const auto found = byIdentity_.find(identity);
        if (found == byIdentity_.end() || found->second == id) continue;
        const auto other = found->second;
        if (records_.at(other).voiceOf(name)) continue;
        if (const auto chosen = chosen_.find(id); chosen != chosen_.end()) chosen_.emplace(other, chosen->second);
        withdraw(name, announcement.key);
        return other;
    }
    return id;
}

bool DeviceDirectory::isSpokenForByOthers(const std::string& name, std::string_view identifier) const
{
    const auto identity = byIdentity_.find(normalIdentity(identifier));
    if (identity == byIdentity_.end()) return false;
    const auto& voices = records_.at(identity->second).voices;
    return std::any_of(voices.begin(), voices.end(), [&](const Voice& voice) { return !(voice.integration == name); });
}

DeviceId DeviceDirectory::idOf(const std::string& name, std::string_view key) const
{
    const auto keys = byKey_.find(name);
    if (keys == byKey_.end()) return {};
    const auto found = keys->second.find(key);
    return found == keys->second.end() ? DeviceId{} : found->second;
}

DeviceDirectory::Record* DeviceDirectory::find(DeviceId id)
{
    const auto found = records_.find(id);
    return found == records_.end() ? nullptr : &found->second;
}

std::string DeviceDirectory::freeUid(const DeviceInfo& info) const
{
    const std::string wanted = (info.room.empty() ? std::string() : slug(info.room) + '/') + slug(info.name);
    std::string uid = wanted;
    for (int number = 2; gatheredUids_.contains(uid) || to_.devices.find(uid); ++number)
        uid = wanted + '-' + std::to_string(number);
    return uid;
}

Result<CommandPlan> DeviceDirectory::plan(const Device& device, const Command& command)
{
    const auto targets = targetsOf(device, command);
    if (!targets) return targets.error();
    const auto record = records_.find(device.info->id);
    CommandPlan all;
    all.confirmation = Confirmation::None;
    for (const auto& target : *targets) {
        const Entity& entity = device.entities[static_cast<std::size_t>(target.entity)];
        EntityPlanner planner;
        {
            std::lock_guard lock(mutex_);
            if (const auto known = planners_.find(entity.spec->integration); known != planners_.end())
                planner = known->second;
        }
        const auto* voice = record == records_.end() ? nullptr : record->second.voiceOf(entity.spec->integration);
        if (!planner || !voice)
            return makeError(ErrorCode::Unavailable, {"Cet appareil ne peut pas être commandé pour le moment",
                                                      "This device cannot be commanded at the moment"});
        auto plan = planner({device, entity, voice->key, target.name, target.arguments, command.cause});
        if (!plan) return plan.error();
        for (auto& publication : plan->publications) all.publications.push_back(std::move(publication));
        if (plan->confirmation == Confirmation::Awaited) all.confirmation = Confirmation::Awaited;
        for (auto& [role, value] : plan->expected)
            if (const Attribute* attribute = device.find(target.entity, role))
                all.assumed.set(attribute->spec->name, std::move(value));
    }
    return all;
}

} // namespace atrium::devices
