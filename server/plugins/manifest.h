#pragma once

#include "atrium/result.h"
#include "atrium/services/accounts.h"
#include "atrium/text.h"
#include "atrium/value.h"

#include <filesystem>
#include <string>
#include <vector>

namespace atrium::plugins {

/// One setting of a plugin, from its settings schema.
struct SettingSpec {
    std::string key;
    Value::Kind kind = Value::Kind::Text; ///< Text, Integer, Number or Boolean
    Value fallback;                       ///< `default` of the schema; never Null
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::vector<std::string> allowed; ///< `enum`; empty = any
    std::string description;
};

/// What plugin.json says; read before any code of the plugin runs.
struct Manifest {
    std::string id;
    Text name;
    std::string version;
    std::string abi; ///< `major.minor`
    std::string description;
    std::string stability; ///< `stable`, `beta` or `experimental`
    std::vector<std::string> requiredServices;
    std::vector<std::string> providedServices;
    std::vector<PermissionDeclaration> permissions;
    std::vector<SettingSpec> settings;
    std::filesystem::path folder;

    std::filesystem::path library() const { return folder / ("lib" + id + ".so"); }
};

/// Reads `folder`/plugin.json and the settings schema that it names. The error says which file and what is wrong with
/// it.
Result<Manifest> readManifest(const std::filesystem::path& folder);

/// Whether a word can be a plugin's id: 1 to 40 of `a-z`, `0-9`, `_`, `-`, starting with a letter.
bool isPluginId(std::string_view word);

} // namespace atrium::plugins
