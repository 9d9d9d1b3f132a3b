#pragma once

#include "atrium/database.h"
#include "atrium/result.h"

#include <string>
#include <vector>

namespace atrium::devices {

/// Tables `device_groups` and `device_scenes`: named rows with a JSON text. Thread: may block.
class CollectionRepository {
public:
    enum class Table { Groups, Scenes };
    struct Row {
        std::int64_t id = 0;
        std::string name;
        std::string content; ///< JSON, at most 60,000 bytes
    };

    CollectionRepository(Database& database, Table table);

    std::vector<Row> loadAll();
    /// Inserts a row without an id, else replaces it. Errors: Conflict (the name is taken), NotFound, InvalidArgument
    /// (too long).
    Result<Row> save(Row row);
    bool remove(std::int64_t id);

private:
    Database& database_;
    const std::string table_;
};

} // namespace atrium::devices
