#pragma once

#include "entity_shape.h"

#include "atrium/subscription.h"

namespace atrium::homeassistant_discovery {

/// What few entities have: a memory, and timers that run.
struct Activity {
    SharedText entity;
    std::unique_ptr<Memory> memory;
    Subscription expiry, offTimer;
};

/// An entity at work. There may be 300,000: four words. What it shares with other entities stands in its device, what
/// few have as well.
struct Entity {
    SharedText id;
    Shared<EntityShape> shape;
    std::uint32_t heard = 0;      ///< which of its availability topics have said something: Channel::bit
    std::uint32_t up = 0;         ///< and which of them that it is available
    std::uint32_t topics = 0;     ///< index in AnnouncedDevice::topics
    std::uint32_t owner : 29 = 0; ///< index in AnnouncedDevice::owners
    bool migrates : 1 = false;    ///< the owner hands it over
    bool expired : 1 = true;
    bool isFresh : 1 = true; ///< it has not been given what its topics said before it came
};

/// A device with all entities that spoke of it.
struct AnnouncedDevice {
    DeviceAnnouncement said; ///< without entities
    std::vector<Entity> entities;
    std::vector<Shared<Topics>> topics; ///< that entities listen to; most devices have one such set
    std::vector<SharedText> owners;     ///< the config topics that entities live by
    std::vector<Activity> activities;
    bool isWaiting = false; ///< to be announced

    Entity* find(std::string_view id);
    const SharedText& ownerOf(const Entity& entity) const { return owners[entity.owner]; }
    const Shared<Topics>& topicsOf(const Entity& entity) const { return topics[entity.topics]; }
    /// Null when it has none.
    Activity* activityOf(const Entity& entity);
    const Activity* activityOf(const Entity& entity) const;
    /// Made when it has none.
    Activity& active(const Entity& entity);

    /// Takes an entity in.
    void add(Entity entity, const SharedText& owner, Topics listensTo);
    /// Without its activity, which is given back: the entity may come again.
    std::unique_ptr<Memory> remove(const Entity& entity);
    /// Takes no more memory than it needs; called when its entities are known.
    void settle();
};

} // namespace atrium::homeassistant_discovery
