#pragma once

#include <string_view>

namespace atrium::homeassistant_discovery {

/// The full name of a key that may be abbreviated: of an entity or component, of `device`, of `origin`. Unknown keys
/// are returned as they are.
std::string_view entityKey(std::string_view key);
std::string_view deviceKey(std::string_view key);
std::string_view originKey(std::string_view key);

} // namespace atrium::homeassistant_discovery
