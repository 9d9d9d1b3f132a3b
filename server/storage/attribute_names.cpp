#include "storage/attribute_names.h"

#include <mutex>

namespace atrium::storage {

void AttributeNames::load(Database& database)
{
    const auto rows = database.transact(TransactionKind::Read, [](Transaction& transaction) {
        return transaction.query("SELECT id, name FROM attribute_names");
    });
    std::unique_lock lock(mutex_);
    for (const auto& row : rows) {
        const auto key = static_cast<AttributeKey>(row[0].integer());
        keys_.emplace(row[1].text(), key);
        names_.emplace(key, row[1].text());
    }
    saved_ = names_.empty() ? 0 : names_.rbegin()->first;
}

AttributeKey AttributeNames::keyOf(std::string_view name)
{
    if (const auto known = find(name)) return known;
    std::unique_lock lock(mutex_);
    const auto next = names_.empty() ? 1 : names_.rbegin()->first + 1;
    const auto [entry, isNew] = keys_.emplace(std::string(name), next);
    if (isNew) names_.emplace(next, entry->first);
    return entry->second;
}

AttributeKey AttributeNames::find(std::string_view name) const
{
    std::shared_lock lock(mutex_);
    const auto found = keys_.find(name);
    return found == keys_.end() ? 0 : found->second;
}

std::string AttributeNames::nameOf(AttributeKey key) const
{
    std::shared_lock lock(mutex_);
    const auto found = names_.find(key);
    return found == names_.end() ? std::string() : found->second;
}

std::vector<std::pair<AttributeKey, std::string>> AttributeNames::unsaved() const
{
    std::shared_lock lock(mutex_);
    return {names_.upper_bound(saved_), names_.end()};
}

void AttributeNames::markSaved(AttributeKey upTo)
{
    std::unique_lock lock(mutex_);
    saved_ = std::max(saved_, upTo);
}

} // namespace atrium::storage
