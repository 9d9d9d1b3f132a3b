#pragma once

#include "atrium/database.h"

#include <cstdint>
#include <functional>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium::storage {

/// The number that stands for the name of an attribute in the tables of history.
using AttributeKey = std::int32_t;

/// Names of attributes as small numbers (table `attribute_names`). Numbers are given out in memory, so that core never
/// waits; HistoryWriter stores the new ones together with the first rows that use them. Thread: any.
class AttributeNames {
public:
    /// Reads the known names. Thread: one that may block.
    void load(Database& database);

    /// The number of `name`; a new one for a new name.
    AttributeKey keyOf(std::string_view name);
    /// 0 when the name is not known.
    AttributeKey find(std::string_view name) const;
    /// Empty when the number is not known.
    std::string nameOf(AttributeKey key) const;

private:
    friend class HistoryWriter;
    std::vector<std::pair<AttributeKey, std::string>> unsaved() const;
    void markSaved(AttributeKey upTo);

    mutable std::shared_mutex mutex_;
    std::map<std::string, AttributeKey, std::less<>> keys_;
    std::map<AttributeKey, std::string> names_;
    AttributeKey saved_ = 0; ///< all numbers up to this one are in the table
};

} // namespace atrium::storage
