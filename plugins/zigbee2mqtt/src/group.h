#pragma once

#include "exposes.h"

#include <string>
#include <vector>

namespace atrium::zigbee2mqtt {

/// A group as `bridge/groups` describes it.
struct Group {
    struct Scene {
        std::int64_t id = 0;
        std::string name;
    };
    std::string key; ///< `BASE group 4`
    std::string name;
    std::vector<std::string> members; ///< IEEE addresses, each once
    std::vector<Scene> scenes;
};

/// Of the bridge at a base topic. Pure.
std::vector<Group> groupsOf(const std::string& base, const Value& list);

/// What of the exposes of a device a group can do: lights, switches, covers and locks. Pure.
List groupable(const Value& exposes);

/// The entities of a group: of each kind that a member has one, with every feature that a member has. `exposed` is
/// what groupable() said of the members, `names` what they are called. Pure.
std::vector<ExposedEntity> entitiesOf(const Group& group, const std::vector<const List*>& exposed,
                                      const std::vector<std::string>& names);

/// A scene that a device or a group keeps. Pure.
ExposedEntity sceneOf(const std::string& owner, const Group::Scene& scene);
/// The scenes in the member `scenes` of a group or of an endpoint.
std::vector<Group::Scene> scenesIn(const Value& owner);

} // namespace atrium::zigbee2mqtt
