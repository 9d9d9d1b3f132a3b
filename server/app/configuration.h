#pragma once

#include <Poco/AutoPtr.h>
#include <Poco/Util/LayeredConfiguration.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace atrium::app {

enum class KeyKind { Text, Secret, Integer, Boolean, Choice, PortList };

/// One key of the configuration: the single place that knows its default, what is allowed, and its sentence in
/// etc/atrium.properties.
struct KeySpec {
    std::string key;
    KeyKind kind;
    std::string fallback;
    std::string help;
    std::int64_t minimum = INT64_MIN;
    std::int64_t maximum = INT64_MAX;
    std::vector<std::string> choices;

    /// For people: `one of debug info`, `a whole number from 1 to 65535`, ...
    std::string allowed() const;
};

/// All keys, in the order of etc/atrium.properties.
const std::vector<KeySpec>& configurationKeys();

/// A value that is not allowed, or a key that does not exist; the sentence names key, value and what is allowed.
class ConfigurationError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The configuration in layers: command line over environment (`a.b.c` is ATRIUM_A_B_C) over file over defaults.
/// Checked as a whole when it is made; reading never fails afterwards. Thread: any.
class Configuration {
public:
    /// `commandLine` holds `key=value` texts; `environment` likewise (`NAME=value`). Throws ConfigurationError.
    Configuration(const std::optional<std::string>& file, const std::vector<std::string>& commandLine,
                  const std::vector<std::string>& environment);

    std::string text(const std::string& key) const;
    std::int64_t integer(const std::string& key) const;
    bool boolean(const std::string& key) const;
    std::vector<int> ports(const std::string& key) const;
    /// The parts of a comma-separated list, without blanks and empty ones.
    std::vector<std::string> list(const std::string& key) const;

    /// A key of a plugin (`plugins.ID.KEY`), which only the plugin's own schema knows; empty when nobody set it.
    std::optional<std::string> pluginSetting(const std::string& key) const;

private:
    void check() const;

    using Layer = Poco::AutoPtr<Poco::Util::AbstractConfiguration>;

    Layer commandLine_;
    Layer file_;
    std::vector<std::string> environment_; ///< `ATRIUM_...=value`
    Poco::AutoPtr<Poco::Util::LayeredConfiguration> layers_;
};

/// The environment variable of a key: `http.port` is ATRIUM_HTTP_PORT.
std::string environmentName(const std::string& key);

/// What etc/atrium.properties holds: every key with its sentence, commented out with its default.
std::string propertiesTemplate();

} // namespace atrium::app
