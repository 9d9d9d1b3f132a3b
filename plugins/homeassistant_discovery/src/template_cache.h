#pragma once

#include "jinja/template.h"

#include <map>
#include <memory>
#include <string>

namespace atrium::homeassistant_discovery {

using TemplatePtr = std::shared_ptr<const jinja::Template>;

/// Thousands of devices share a few hundred templates: each text is parsed once. Bounded: when 20,000 texts are known
/// the ones that nobody uses are dropped. Thread: core.
class TemplateCache {
public:
    /// Null for an empty text. Errors: what is wrong with it.
    Result<TemplatePtr> get(const std::string& source);

private:
    static constexpr std::size_t limit = 20'000;
    std::map<std::string, TemplatePtr, std::less<>> known_;
};

} // namespace atrium::homeassistant_discovery
