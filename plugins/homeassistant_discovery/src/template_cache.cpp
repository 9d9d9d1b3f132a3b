#include "template_cache.h"

namespace atrium::homeassistant_discovery {

Result<TemplatePtr> TemplateCache::get(const std::string& source)
{
    if (source.empty()) return TemplatePtr{};
    if (const auto found = known_.find(source); found != known_.end()) return found->second;
    auto parsed = jinja::Template::parse(source);
    if (!parsed) return parsed.error();
    if (known_.size() >= limit) std::erase_if(known_, [](const auto& entry) { return entry.second.use_count() == 1; });
    known_.emplace(source, *parsed);
    return *parsed;
}

} // namespace atrium::homeassistant_discovery
