#pragma once

#include "collection.h"
#include "collection_repository.h"

#include <map>
#include <mutex>
#include <optional>

namespace atrium::devices {

/// All groups and scenes: in memory for those who only read, in the database for good. Reading never blocks; what
/// writes may. Thread: any.
class Collections {
public:
    static constexpr std::size_t maxOfEach = 1000;

    explicit Collections(Database& database);

    void restore();
    std::vector<Group> groups() const;
    std::vector<Scene> scenes() const;
    std::optional<Group> group(std::int64_t id) const;
    std::optional<Scene> scene(std::int64_t id) const;
    /// Without an id it is new. Errors: Conflict, NotFound, InvalidArgument.
    Result<Group> save(Group group);
    Result<Scene> save(Scene scene);
    bool removeGroup(std::int64_t id);
    bool removeScene(std::int64_t id);

private:
    CollectionRepository groupRows_, sceneRows_;
    mutable std::mutex mutex_;
    std::map<std::int64_t, Group> groups_;
    std::map<std::int64_t, Scene> scenes_;
};

} // namespace atrium::devices
