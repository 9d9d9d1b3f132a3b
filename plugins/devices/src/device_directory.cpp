#include "device_directory.h"

#include "device_book.h"
#include "entity_commands.h"

#include "atrium/json.h"

#include <algorithm>
#include <future>

namespace atrium::devices {

namespace {

std::size_t hashOf(const DeviceAnnouncement& announcement)
{
    // The text that would be stored says all that matters.
    Description description;
    merge(description, "x", announcement);
    std::size_t hash = std::hash<std::string>{}(toJsonText(description));
    for (const auto& entity : announcement.entities) hash = hash * 31 + std::hash<std::string>{}(entity.wish);
    return hash;
}

std::string keyText(std::string_view integration, std::string_view key)
{
    return std::string(integration) + ' ' + std::string(key);
}

std::vector<Attribute> toAttributes(const std::vector<Shared<AttributeSpec>>& specs)
{
    std::vector<Attribute> attributes;
    attributes.reserve(specs.size());
    for (const auto& spec : specs) attributes.push_back({spec});
    return attributes;
}

} // namespace

class DeviceDirectory::Port : public IntegrationPort {
public:
    Port(std::shared_ptr<DeviceDirectory> directory, std::string name)
        : directory_(std::move(directory)), name_(std::move(name)),
          refused_(directory_->to_.metrics.counter("atrium_device_messages_refused_total",
                                                   "Device messages that could not be decoded",
                                                   {{"integration", name_}}))
    {}
    ~Port() override
    {
        std::lock_guard lock(directory_->mutex_);
        directory_->planners_.erase(name_);
    }

    void announce(DeviceAnnouncement announcement) override { directory_->announce(name_, std::move(announcement)); }
    void withdraw(std::string_view key) override { directory_->withdraw(name_, key); }
    void report(std::string_view key, std::string_view entity, Values values, UtcTime at) override
    {
        DeviceId id;
        Record* record = directory_->find(name_, key, id);
        const int index = record ? directory_->entityOf(*record, entity) : -1;
        if (index < 0) return;
        Report report{id, {}, at, {newCorrelationId(), "device", 0}};
        for (auto& [role, value] : values)
            for (const auto& spec : record->entities[static_cast<std::size_t>(index)].attributes)
                if (spec->role == role) report.values.emplace_back(spec->name, std::move(value));
        if (record->gathered) record->waiting.push_back(std::move(report));
        else directory_->to_.devices.report(report);
    }
    void setAvailability(std::string_view key, std::string_view entity, Availability availability) override
    {
        DeviceId id;
        Record* record = directory_->find(name_, key, id);
        if (!record) return;
        if (record->gathered) directory_->putNow(id);
        if (!entity.empty()) {
            if (const int index = directory_->entityOf(*record, entity); index >= 0)
                directory_->to_.devices.setAvailability(id, index, availability);
            return;
        }
        const auto device = directory_->to_.devices.find(id);
        for (std::size_t i = 0; device && i < device->entities.size(); ++i)
            if (device->entities[i].spec->integration == name_)
                directory_->to_.devices.setAvailability(id, static_cast<int>(i), availability);
    }
    void raise(std::string_view key, std::string_view entity, std::string type, Object data, UtcTime at) override
    {
        DeviceId id;
        Record* record = directory_->find(name_, key, id);
        if (!record) return;
        if (record->gathered) directory_->putNow(id);
        directory_->to_.devices.raise(
            {id, std::string(entity), std::move(type), std::move(data), at, {newCorrelationId(), "device", 0}});
    }
    void refuse(std::string_view topic, std::string_view reason) override
    {
        refused_.add();
        if (directory_->to_.clock.steadyNow() < nextLog_) return;
        nextLog_ = directory_->to_.clock.steadyNow() + std::chrono::seconds{10};
        directory_->to_.log.warning(
            "a device message was refused",
            {{"integration", name_}, {"topic", topic}, {"reason", reason}, {"so_far", refused_.value()}});
    }
    bool knows(std::string_view identifier) const override
    {
        return directory_->isSpokenForByOthers(name_, identifier);
    }

private:
    const std::shared_ptr<DeviceDirectory> directory_;
    const std::string name_;
    Counter& refused_;
    SteadyTime nextLog_{};
};

std::shared_ptr<IntegrationPort> DeviceDirectory::open(std::string name, EntityPlanner planner)
{
    std::lock_guard lock(mutex_);
    if (!planners_.emplace(name, std::move(planner)).second)
        throw std::invalid_argument("integration " + name + " is open already");
    return std::make_shared<Port>(shared_from_this(), std::move(name));
}

void DeviceDirectory::restore()
{
    auto rows = std::make_shared<std::vector<StoredDescription>>(to_.repository.loadAll());
    auto done = std::make_shared<std::promise<void>>();
    auto future = done->get_future();
    const bool posted = to_.core.post([self = shared_from_this(), rows, done] {
        for (const auto& row : *rows) {
            const auto description = descriptionFromJsonText(row.id, row.description);
            if (description.info.uid.empty() || self->records_.contains(row.id)) continue;
            self->nextId_ = std::max(self->nextId_, row.id.value + 1);
            Record& record = self->records_[row.id];
            record.uid = description.info.uid;
            self->uids_.insert(record.uid);
            if (const auto& chosen = description.chosen;
                !chosen.name.empty() || !chosen.room.empty() || !chosen.type.empty())
                self->chosen_[row.id] = chosen;
            self->index(row.id, description);
            self->put(row.id, record, description);
        }
        done->set_value();
    });
    if (!posted || future.wait_for(std::chrono::seconds{8}) != std::future_status::ready)
        throw std::runtime_error("core does not answer");
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
    if (id) {
        auto& record = records_[id];
        const auto before = record.saidBefore.find(name);
        if (before != record.saidBefore.end() && before->second == hash) return;
    }
    Description description;
    if (!id) {
        id = DeviceId(nextId_++);
        description.info.id = id;
        description.info.createdAt = to_.clock.now();
        description.info.integration = integration;
        description.info.name = announcement.name;
        description.info.room = announcement.suggestedRoom;
        description.info.uid = freeUid(description.info);
        uids_.insert(description.info.uid);
        records_[id].uid = description.info.uid;
    }
    else description = describe(id);
    Record& record = records_[id];
    record.saidBefore[name] = hash;
    merge(description, name, announcement);
    index(id, description);
    record.entities.clear();
    for (const auto& entity : description.entities) record.entities.push_back({entity.id, {}});
    for (const auto& spec : description.attributes)
        record.entities[static_cast<std::size_t>(spec.entity)].attributes.push_back(intern(spec));
    if (!record.gathered) gathered_.push_back(id);
    record.gathered = std::make_unique<Description>(std::move(description));
    if (gathered_.size() == 1) gatherTimer_ = to_.scheduler.after(gathering, [this] { putGathered(); });
}

void DeviceDirectory::putGathered()
{
    for (const auto id : std::exchange(gathered_, {})) putNow(id);
}

void DeviceDirectory::putNow(DeviceId id)
{
    const auto found = records_.find(id);
    if (found == records_.end() || !found->second.gathered) return;
    const auto description = std::move(found->second.gathered);
    put(id, found->second, *description);
    store(id, *description);
    for (const auto& report : std::exchange(found->second.waiting, {})) to_.devices.report(report);
}

void DeviceDirectory::put(DeviceId id, Record& record, const Description& description)
{
    record.keys = description.keys;
    record.entities.clear();
    std::vector<Entity> entities;
    for (const auto& entity : description.entities) {
        record.entities.push_back({entity.id, {}});
        entities.push_back({entity.id, intern(*entity.spec), entity.availability});
    }
    std::vector<Shared<AttributeSpec>> specs;
    for (const auto& attribute : description.attributes) {
        specs.push_back(intern(attribute));
        record.entities[static_cast<std::size_t>(attribute.entity)].attributes.push_back(specs.back());
    }
    DeviceInfo info = description.info;
    info.integration = integration;
    if (const auto put = to_.devices.put(std::move(info), toAttributes(specs), std::move(entities)); !put)
        to_.log.error("a device cannot be put into the state",
                      {{"device", id.value}, {"reason", put.error().message.en}});
}

void DeviceDirectory::index(DeviceId id, const Description& description)
{
    for (const auto& identifier : description.info.identifiers) byIdentity_[identifier] = id;
    for (const auto& mac : description.info.macs) byIdentity_["mac:" + mac] = id;
    for (const auto& [name, key] : description.keys) byKey_[keyText(name, key)] = id;
}

Description DeviceDirectory::describe(DeviceId id) const
{
    const auto& record = records_.at(id);
    if (record.gathered) return *record.gathered;
    Description description;
    const auto device = to_.devices.find(id);
    if (!device) return description;
    description.info = device->info;
    description.entities = device->entities;
    for (const auto& attribute : device->attributes) description.attributes.push_back(*attribute.spec);
    description.keys = record.keys;
    const auto chosen = chosen_.find(id);
    if (chosen != chosen_.end()) description.chosen = chosen->second;
    return description;
}

void DeviceDirectory::withdraw(const std::string& name, std::string_view key)
{
    DeviceId id;
    Record* record = find(name, key, id);
    if (!record) return;
    Description description = describe(id);
    removeIntegration(description, name);
    description.keys.erase(name);
    record->saidBefore.erase(name);
    byKey_.erase(keyText(name, key));
    if (description.entities.empty()) {
        remove(id);
        return;
    }
    record->gathered = std::make_unique<Description>(std::move(description));
    putNow(id);
}

bool DeviceDirectory::remove(DeviceId id)
{
    const auto found = records_.find(id);
    if (found == records_.end()) return false;
    uids_.erase(found->second.uid);
    std::erase_if(byIdentity_, [id](const auto& entry) { return entry.second == id; });
    std::erase_if(byKey_, [id](const auto& entry) { return entry.second == id; });
    std::erase(gathered_, id);
    records_.erase(found);
    chosen_.erase(id);
    to_.devices.remove(id);
    store(id, {});
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
    if (!found->second.gathered) found->second.gathered = std::make_unique<Description>(std::move(description));
    else *found->second.gathered = std::move(description);
    putNow(id);
    return true;
}

DeviceId DeviceDirectory::joined(DeviceId id, const std::string& name, const DeviceAnnouncement& announcement)
{
    for (const auto& identity : identitiesOf(name, announcement)) {
        const auto found = byIdentity_.find(identity);
        if (found == byIdentity_.end() || found->second == id) continue;
        const auto other = found->second;
        const auto& record = records_.at(other);
        if ((record.gathered ? record.gathered->keys : record.keys).contains(name)) continue;
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
    const auto& record = records_.at(identity->second);
    const auto& keys = record.gathered ? record.gathered->keys : record.keys;
    return std::any_of(keys.begin(), keys.end(), [&](const auto& entry) { return entry.first != name; });
}

DeviceId DeviceDirectory::idOf(const std::string& name, std::string_view key) const
{
    const auto found = byKey_.find(keyText(name, key));
    return found == byKey_.end() ? DeviceId{} : found->second;
}

DeviceDirectory::Record* DeviceDirectory::find(const std::string& name, std::string_view key, DeviceId& id)
{
    id = idOf(name, key);
    const auto found = records_.find(id);
    return found == records_.end() ? nullptr : &found->second;
}

int DeviceDirectory::entityOf(const Record& record, std::string_view entity) const
{
    for (std::size_t i = 0; i < record.entities.size(); ++i)
        if (record.entities[i].id == entity) return static_cast<int>(i);
    return -1;
}

std::string DeviceDirectory::freeUid(const DeviceInfo& info) const
{
    const std::string wanted = (info.room.empty() ? std::string() : slug(info.room) + '/') + slug(info.name);
    std::string uid = wanted;
    for (int number = 2; uids_.contains(uid) || to_.devices.find(uid); ++number)
        uid = wanted + '-' + std::to_string(number);
    return uid;
}

void DeviceDirectory::store(DeviceId id, const Description& description)
{
    {
        std::lock_guard lock(mutex_);
        toStore_[id] = {description.info.uid, description.info.uid.empty() ? std::string() : toJsonText(description)};
    }
    if (std::exchange(storeRuns_, true)) return;
    storeTimer_ = to_.scheduler.after(storing, [self = weak_from_this()] {
        const auto directory = self.lock();
        if (!directory) return;
        directory->storeRuns_ = false;
        if (!directory->to_.workers.post([directory] { directory->flush(); }))
            directory->to_.log.warning("descriptions of devices wait: the pool is full");
    });
}

void DeviceDirectory::flush()
{
    std::map<DeviceId, std::pair<std::string, std::string>> waiting;
    {
        std::lock_guard lock(mutex_);
        waiting.swap(toStore_);
    }
    if (waiting.empty()) return;
    std::vector<StoredDescription> rows;
    for (auto& [id, row] : waiting) rows.push_back({id, std::move(row.first), std::move(row.second)});
    to_.repository.write(rows);
}

Result<CommandPlan> DeviceDirectory::plan(const Device& device, const Command& command)
{
    const auto targets = targetsOf(device, command);
    if (!targets) return targets.error();
    const auto record = records_.find(device.info.id);
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
        const bool isSpokenFor = record != records_.end() && record->second.keys.contains(entity.spec->integration);
        if (!planner || !isSpokenFor)
            return makeError(ErrorCode::Unavailable, {"Cet appareil ne peut pas être commandé pour le moment",
                                                      "This device cannot be commanded at the moment"});
        const auto& key = record->second.keys.at(entity.spec->integration);
        auto plan = planner({device, entity, key, target.name, target.arguments, command.cause});
        if (!plan) return plan.error();
        for (auto& publication : plan->publications) all.publications.push_back(std::move(publication));
        if (plan->confirmation == Confirmation::Awaited) all.confirmation = Confirmation::Awaited;
        for (auto& [role, value] : plan->expected)
            if (const Attribute* attribute = device.find(target.entity, role))
                all.assumed.set(attribute->spec->name, std::move(value));
    }
    return all;
}

Shared<AttributeSpec> DeviceDirectory::intern(AttributeSpec spec)
{
    const auto hash = std::hash<std::string>{}(spec.name + '\n' + spec.unit + '\n' + spec.role) +
                      static_cast<std::size_t>(spec.entity);
    const auto [first, last] = attributeSpecs_.equal_range(hash);
    for (auto known = first; known != last; ++known)
        if (*known->second == spec) return known->second;
    return attributeSpecs_.emplace(hash, std::move(spec))->second;
}

Shared<EntitySpec> DeviceDirectory::intern(EntitySpec spec)
{
    const auto hash = std::hash<std::string>{}(spec.component + '\n' + spec.name.value_or("") + '\n' + spec.unit);
    const auto [first, last] = entitySpecs_.equal_range(hash);
    for (auto known = first; known != last; ++known)
        if (*known->second == spec) return known->second;
    return entitySpecs_.emplace(hash, std::move(spec))->second;
}

} // namespace atrium::devices
