#pragma once

#include "atrium/result.h"
#include "atrium/settings.h"
#include "plugins/manifest.h"

#include <functional>
#include <map>

namespace atrium::plugins {

/// Looks up a key of the server's configuration as text; empty when nobody set it.
using ConfigurationLookup = std::function<std::optional<std::string>(const std::string& key)>;

/// The settings of one plugin, read and checked once: `plugins.<id>.<key>`, else the schema's default.
class PluginSettings : public Settings {
public:
    /// The error names the key, the value and what is allowed.
    static Result<PluginSettings> read(const Manifest& manifest, const ConfigurationLookup& lookup);

    std::string text(std::string_view key) const override { return at(key).text(); }
    std::int64_t integer(std::string_view key) const override { return at(key).integer(); }
    double number(std::string_view key) const override { return at(key).number(); }
    bool boolean(std::string_view key) const override { return at(key).boolean(); }

private:
    const Value& at(std::string_view key) const;
    std::map<std::string, Value, std::less<>> values_;
};

} // namespace atrium::plugins
