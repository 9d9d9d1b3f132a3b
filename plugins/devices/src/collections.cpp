#include "collections.h"

#include "atrium/json.h"

namespace atrium::devices {

namespace {

template <class T>
std::vector<T> valuesOf(const std::map<std::int64_t, T>& map)
{
    std::vector<T> values;
    for (const auto& [id, value] : map) values.push_back(value);
    return values;
}

template <class T>
std::optional<T> findIn(const std::map<std::int64_t, T>& map, std::int64_t id)
{
    const auto found = map.find(id);
    return found == map.end() ? std::nullopt : std::optional<T>(found->second);
}

Error tooMany() { return makeError(ErrorCode::TooManyRequests, {"Il y en a trop", "There are too many of them"}); }

} // namespace

Collections::Collections(Database& database)
    : groupRows_(database, CollectionRepository::Table::Groups),
      sceneRows_(database, CollectionRepository::Table::Scenes)
{}

void Collections::restore()
{
    const auto groups = groupRows_.loadAll(), scenes = sceneRows_.loadAll();
    std::lock_guard lock(mutex_);
    for (const auto& row : groups) {
        const auto content = parseJson(row.content);
        groups_[row.id] = {row.id, row.name, membersFrom(content ? &*content : nullptr)};
    }
    for (const auto& row : scenes) {
        const auto content = parseJson(row.content);
        scenes_[row.id] = {row.id, row.name, stepsFrom(content ? &*content : nullptr)};
    }
}

std::vector<Group> Collections::groups() const
{
    std::lock_guard lock(mutex_);
    return valuesOf(groups_);
}

std::vector<Scene> Collections::scenes() const
{
    std::lock_guard lock(mutex_);
    return valuesOf(scenes_);
}

std::optional<Group> Collections::group(std::int64_t id) const
{
    std::lock_guard lock(mutex_);
    return findIn(groups_, id);
}

std::optional<Scene> Collections::scene(std::int64_t id) const
{
    std::lock_guard lock(mutex_);
    return findIn(scenes_, id);
}

Result<Group> Collections::save(Group group)
{
    if (group.id == 0 && groups().size() >= maxOfEach) return tooMany();
    const auto row = groupRows_.save({group.id, group.name, atrium::toJson(toJson(group.members))});
    if (!row) return row.error();
    group.id = row->id;
    std::lock_guard lock(mutex_);
    return groups_[group.id] = group;
}

Result<Scene> Collections::save(Scene scene)
{
    if (scene.id == 0 && scenes().size() >= maxOfEach) return tooMany();
    const auto row = sceneRows_.save({scene.id, scene.name, atrium::toJson(toJson(scene.steps))});
    if (!row) return row.error();
    scene.id = row->id;
    std::lock_guard lock(mutex_);
    return scenes_[scene.id] = scene;
}

bool Collections::removeGroup(std::int64_t id)
{
    if (!groupRows_.remove(id)) return false;
    std::lock_guard lock(mutex_);
    return groups_.erase(id) > 0;
}

bool Collections::removeScene(std::int64_t id)
{
    if (!sceneRows_.remove(id)) return false;
    std::lock_guard lock(mutex_);
    return scenes_.erase(id) > 0;
}

} // namespace atrium::devices
