#pragma once

#include "entity_shape.h"

#include "atrium/subscription.h"

namespace atrium::homeassistant_discovery {

/// What few entities have: a memory, and timers that run.
struct Activity {
    std::unique_ptr<Memory> memory;
    Subscription expiry, offTimer;
};

/// An entity at work. There may be 300,000: what it shares with others it holds by pointer.
struct Entity {
    SharedText id;
    Shared<EntityShape> shape;
    Shared<Topics> topics;
    SharedText owner;        ///< the config topic that it lives by
    std::uint32_t heard = 0; ///< which of its availability topics have said something: Channel::bit
    std::uint32_t up = 0;    ///< and which of them that it is available
    bool migrates = false;   ///< the owner hands it over
    bool expired = true;
    bool isFresh = true; ///< it has not been given what its topics said before it came
    std::unique_ptr<Activity> activity;

    Activity& active()
    {
        if (!activity) activity = std::make_unique<Activity>();
        return *activity;
    }
};

/// A device with all entities that spoke of it.
struct AnnouncedDevice {
    DeviceAnnouncement said; ///< without entities
    std::vector<Entity> entities;
    bool isWaiting = false; ///< to be announced

    Entity* find(std::string_view id)
    {
        for (auto& entity : entities)
            if (entity.id == id) return &entity;
        return nullptr;
    }
};

} // namespace atrium::homeassistant_discovery
