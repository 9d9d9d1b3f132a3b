#include "group.h"

#include <algorithm>

namespace atrium::zigbee2mqtt {

namespace {

constexpr const char* kinds[] = {"light", "switch", "cover", "lock"};

/// Without the endpoint: a group has none.
Value plain(const Value& feature)
{
    Value out = feature;
    const auto name = feature.textOr("name", "");
    const auto endpoint = feature.textOr("endpoint", "");
    const auto property = feature.textOr("property", "");
    if (!endpoint.empty() && property.ends_with('_' + endpoint))
        out.object().set("property", property.substr(0, property.size() - endpoint.size() - 1));
    out.object().erase("endpoint");
    return out;
}

} // namespace

std::vector<Group::Scene> scenesIn(const Value& owner)
{
    std::vector<Group::Scene> scenes;
    if (const Value* list = owner.find("scenes"); list && list->isList())
        for (const auto& scene : list->list())
            if (const Value* id = scene.find("id"); id && id->isInteger())
                scenes.push_back({id->integer(), scene.textOr("name", "Scene " + std::to_string(id->integer()))});
    return scenes;
}

std::vector<Group> groupsOf(const std::string& base, const Value& list)
{
    std::vector<Group> groups;
    if (!list.isList()) return groups;
    for (const auto& said : list.list()) {
        const Value* id = said.find("id");
        if (!id || !id->isInteger()) continue;
        Group group;
        const std::string number = "group " + std::to_string(id->integer());
        group.key = base + ' ' + number;
        group.name = said.textOr("friendly_name", number);
        if (const Value* members = said.find("members"); members && members->isList())
            for (const auto& member : members->list()) {
                const auto ieee = member.textOr("ieee_address", "");
                if (!ieee.empty() && std::find(group.members.begin(), group.members.end(), ieee) == group.members.end())
                    group.members.push_back(ieee);
            }
        group.scenes = scenesIn(said);
        groups.push_back(std::move(group));
    }
    return groups;
}

List groupable(const Value& exposes)
{
    List out;
    if (!exposes.isList()) return out;
    for (const auto& expose : exposes.list()) {
        const auto type = expose.textOr("type", "");
        const Value* features = expose.find("features");
        if (std::find(std::begin(kinds), std::end(kinds), type) == std::end(kinds) || !features || !features->isList())
            continue;
        List kept;
        for (const auto& feature : features->list())
            if (feature.isObject()) kept.push_back(plain(feature));
        out.emplace_back(Object{{"type", type}, {"features", std::move(kept)}});
    }
    return out;
}

std::vector<ExposedEntity> entitiesOf(const Group& group, const std::vector<const List*>& exposed,
                                      const std::vector<std::string>& names)
{
    List merged;
    for (const char* kind : kinds) {
        List features;
        for (const auto* list : exposed)
            for (const auto& expose : *list) {
                if (expose.textOr("type", "") != kind) continue;
                for (const auto& feature : expose.find("features")->list()) {
                    const auto property = feature.textOr("property", "");
                    const bool isKnown = std::any_of(features.begin(), features.end(), [&](const Value& one) {
                        return one.textOr("property", "") == property;
                    });
                    if (!isKnown) features.push_back(feature);
                }
            }
        if (!features.empty()) merged.emplace_back(Object{{"type", kind}, {"features", std::move(features)}});
    }
    auto entities = entitiesOf(group.key, Value(std::move(merged)));
    for (auto& entity : entities) entity.announced.spec.capabilities.set("members", List(names.begin(), names.end()));
    for (const auto& scene : group.scenes) entities.push_back(sceneOf(group.key, scene));
    return entities;
}

ExposedEntity sceneOf(const std::string& owner, const Group::Scene& scene)
{
    ExposedEntity entity;
    entity.announced.id = owner + "_scene_" + std::to_string(scene.id);
    entity.announced.spec.component = "scene";
    entity.announced.spec.name = scene.name;
    entity.announced.spec.commands = {"activate"};
    Feature recall{"scene", {"scene_recall"}};
    recall.on = scene.id;
    entity.features.push_back(std::move(recall));
    return entity;
}

} // namespace atrium::zigbee2mqtt
