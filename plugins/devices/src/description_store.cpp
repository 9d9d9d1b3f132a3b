#include "description_store.h"

namespace atrium::devices {

void DescriptionStore::store(DeviceId id, PeoplesChoice chosen, std::map<std::string, std::string> keys)
{
    add(id, Saying{std::move(chosen), std::move(keys)});
}

void DescriptionStore::remove(DeviceId id) { add(id, {}); }

void DescriptionStore::add(DeviceId id, std::optional<Saying> saying)
{
    {
        std::lock_guard lock(mutex_);
        waiting_[id] = std::move(saying);
    }
    if (std::exchange(runs_, true)) return;
    timer_ = scheduler_.after(delay, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->runs_ = false;
        if (!self->workers_.post([self] { self->flush(); }))
            self->log_.warning("descriptions of devices wait: the pool is full");
    });
}

void DescriptionStore::flush()
{
    for (;;) {
        Waiting taken;
        {
            std::lock_guard lock(mutex_);
            // Removals go first: what is written may have the name of what is removed.
            std::size_t written = 0;
            for (auto next = waiting_.begin(); next != waiting_.end();) {
                const auto one = next++;
                if (!one->second || written++ < batch) taken.insert(waiting_.extract(one));
            }
        }
        if (taken.empty()) return;
        std::vector<StoredDescription> rows;
        for (const auto& [id, saying] : taken) {
            if (!saying) {
                rows.push_back({id, {}, {}});
                continue;
            }
            const auto device = devices_.find(id);
            if (!device) continue; // gone since: its removal waits as well
            Description description;
            description.info = *device->info;
            description.entities = device->entities;
            for (const auto& attribute : device->attributes) description.attributes.push_back(attribute.spec);
            description.chosen = saying->chosen;
            description.keys = saying->keys;
            rows.push_back({id, device->info->uid, toJsonText(description)});
        }
        try {
            repository_.write(rows);
        }
        catch (const StorageError& error) {
            log_.error("descriptions of devices could not be stored", {{"reason", error.what()}});
            std::lock_guard lock(mutex_);
            waiting_.merge(taken); // what was said since is newer
            return;
        }
    }
}

} // namespace atrium::devices
