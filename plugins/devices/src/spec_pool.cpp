#include "spec_pool.h"

#include "content_hash.h"

#include <algorithm>

namespace atrium::devices {

template <class T>
template <class Equal>
void SpecPool::Shelf<T>::intern(std::size_t hash, Shared<T>& value, Equal&& isEqual)
{
    const auto [first, last] = known.equal_range(hash);
    for (auto one = first; one != last; ++one)
        if (isEqual(*one->second, *value)) {
            value = one->second;
            return;
        }
    if (known.size() >= nextSweep) {
        std::erase_if(known, [](const auto& entry) { return entry.second.isLast(); });
        nextSweep = std::max<std::size_t>(1024, known.size() * 2);
    }
    known.emplace(hash, value);
}

void SpecPool::intern(Description& description)
{
    for (auto& entity : description.entities) entities_.intern(hashOf(*entity.spec), entity.spec, std::equal_to<>{});
    for (auto& spec : description.attributes) attributes_.intern(hashOf(*spec), spec, std::equal_to<>{});
}

Shared<Layout> SpecPool::layoutOf(const Description& description)
{
    Layout layout(description.entities.size());
    std::size_t hash = layout.size();
    for (const auto& spec : description.attributes) {
        layout[static_cast<std::size_t>(spec->entity)].push_back(spec);
        hash = mixed(hash, std::hash<const AttributeSpec*>{}(&*spec));
    }
    for (auto& list : layout) list.shrink_to_fit();
    Shared<Layout> shared(std::move(layout));
    // The specs are the pool's: equal ones are the same.
    layouts_.intern(hash, shared, [](const Layout& a, const Layout& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
            return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                              [](const auto& x, const auto& y) { return x.isSame(y); });
        });
    });
    return shared;
}

} // namespace atrium::devices
