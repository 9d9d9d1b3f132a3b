#include "announced_device.h"

#include <algorithm>

namespace atrium::homeassistant_discovery {

namespace {

/// The place of `wanted` in what entities refer to by `index`: where it is, where nobody refers to, or a new one.
template <class T, class Index>
std::size_t placeFor(const T& wanted, std::vector<T>& all, const std::vector<Entity>& entities, Index&& index)
{
    const auto known = std::find(all.begin(), all.end(), wanted);
    if (known != all.end()) return static_cast<std::size_t>(known - all.begin());
    std::vector<bool> isUsed(all.size());
    for (const auto& entity : entities) isUsed[index(entity)] = true;
    const auto place = static_cast<std::size_t>(std::find(isUsed.begin(), isUsed.end(), false) - isUsed.begin());
    if (place == all.size()) all.push_back(wanted);
    else all[place] = wanted;
    return place;
}

} // namespace

Entity* AnnouncedDevice::find(std::string_view id)
{
    for (auto& entity : entities)
        if (entity.id == id) return &entity;
    return nullptr;
}

const Activity* AnnouncedDevice::activityOf(const Entity& entity) const
{
    for (const auto& activity : activities)
        if (activity.entity == entity.id) return &activity;
    return nullptr;
}

Activity* AnnouncedDevice::activityOf(const Entity& entity)
{
    return const_cast<Activity*>(std::as_const(*this).activityOf(entity));
}

Activity& AnnouncedDevice::active(const Entity& entity)
{
    if (auto* const known = activityOf(entity)) return *known;
    return activities.emplace_back(Activity{entity.id, {}, {}, {}});
}

void AnnouncedDevice::add(Entity entity, const SharedText& owner, Topics listensTo)
{
    const auto ownerPlace = placeFor(owner, owners, entities, [](const Entity& one) { return one.owner; });
    const auto topicsPlace =
        placeFor(Shared<Topics>(std::move(listensTo)), topics, entities, [](const Entity& one) { return one.topics; });
    entity.owner = static_cast<std::uint32_t>(ownerPlace) & 0x1FFFFFFF;
    entity.topics = static_cast<std::uint32_t>(topicsPlace);
    entities.push_back(std::move(entity));
}

std::unique_ptr<Memory> AnnouncedDevice::remove(const Entity& entity)
{
    std::unique_ptr<Memory> memory;
    if (auto* const activity = activityOf(entity)) {
        memory = std::move(activity->memory);
        activities.erase(activities.begin() + (activity - activities.data()));
    }
    entities.erase(entities.begin() + (&entity - entities.data()));
    return memory;
}

void AnnouncedDevice::settle()
{
    entities.shrink_to_fit();
    std::vector<SharedText> ids;
    ids.reserve(entities.size());
    for (const auto& entity : entities) ids.push_back(entity.id);
    ids = SharedText::together(ids);
    for (std::size_t i = 0; i < entities.size(); ++i) {
        if (auto* const activity = activityOf(entities[i])) activity->entity = ids[i];
        entities[i].id = std::move(ids[i]);
    }
}

} // namespace atrium::homeassistant_discovery
