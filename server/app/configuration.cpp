#include "app/configuration.h"

#include "runtime/setting_text.h"

#include <Poco/Exception.h>
#include <Poco/StringTokenizer.h>
#include <Poco/Util/MapConfiguration.h>
#include <Poco/Util/PropertyFileConfiguration.h>

#include <filesystem>

namespace atrium::app {

namespace {

using Poco::AutoPtr;
using Poco::Util::MapConfiguration;
using runtime::readBoolean;
using runtime::readInteger;

constexpr const char* pluginPrefix = "plugins.";

const KeySpec* specOf(const std::string& key)
{
    for (const auto& spec : configurationKeys())
        if (spec.key == key) return &spec;
    return nullptr;
}

/// `plugins.ID.KEY`: its schema is the plugin's own.
bool isPluginSetting(const std::string& key)
{
    return key.starts_with(pluginPrefix) && std::count(key.begin(), key.end(), '.') >= 2;
}

std::vector<std::string> split(const std::string& text)
{
    const Poco::StringTokenizer tokens(text, ",",
                                       Poco::StringTokenizer::TOK_TRIM | Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    return {tokens.begin(), tokens.end()};
}

bool fits(const KeySpec& spec, const std::string& value)
{
    const auto inRange = [&](const std::string& text) {
        const auto number = readInteger(text);
        return number && *number >= spec.minimum && *number <= spec.maximum;
    };
    switch (spec.kind) {
    case KeyKind::Integer: return inRange(value);
    case KeyKind::Boolean: return readBoolean(value).has_value();
    case KeyKind::Choice: return std::find(spec.choices.begin(), spec.choices.end(), value) != spec.choices.end();
    case KeyKind::PortList: {
        const auto parts = split(value);
        return !parts.empty() && std::all_of(parts.begin(), parts.end(), inRange);
    }
    case KeyKind::Text:
    case KeyKind::Secret: break;
    }
    return true;
}

/// All full keys below `prefix`.
void collectKeys(const Poco::Util::AbstractConfiguration& configuration, const std::string& prefix,
                 std::vector<std::string>& keys)
{
    Poco::Util::AbstractConfiguration::Keys children;
    configuration.keys(prefix, children);
    if (children.empty() && !prefix.empty()) keys.push_back(prefix);
    for (const auto& child : children) {
        const auto key = prefix.empty() ? child : prefix + '.' + child;
        // A key can hold a value and have children (`mqtt.url` and `mqtt.url.x`); both count.
        if (configuration.hasProperty(key)) keys.push_back(key);
        std::vector<std::string> below;
        collectKeys(configuration, key, below);
        for (auto& found : below)
            if (found != key) keys.push_back(std::move(found));
    }
}

} // namespace

std::string KeySpec::allowed() const
{
    switch (kind) {
    case KeyKind::Integer: return "a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum);
    case KeyKind::Boolean: return "true or false";
    case KeyKind::PortList: return "port numbers, separated by commas";
    case KeyKind::Choice: {
        std::string words = "one of";
        for (const auto& word : choices) words += ' ' + word;
        return words;
    }
    case KeyKind::Text:
    case KeyKind::Secret: break;
    }
    return "text";
}

std::string environmentName(const std::string& key)
{
    std::string name = "ATRIUM_";
    for (const char c : key) name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

Configuration::Configuration(const std::optional<std::string>& file, const std::vector<std::string>& commandLine,
                             const std::vector<std::string>& environment)
    : layers_(new Poco::Util::LayeredConfiguration)
{
    AutoPtr<MapConfiguration> options(new MapConfiguration);
    for (const auto& option : commandLine) {
        const auto equals = option.find('=');
        if (equals == std::string::npos || equals == 0)
            throw ConfigurationError("-D" + option + ": -Dkey=value is expected");
        const auto key = option.substr(0, equals);
        if (!specOf(key) && !isPluginSetting(key)) throw ConfigurationError(key + ": there is no such key");
        options->setString(key, option.substr(equals + 1));
    }
    AutoPtr<MapConfiguration> variables(new MapConfiguration);
    for (const auto& variable : environment) {
        const auto equals = variable.find('=');
        if (!variable.starts_with("ATRIUM_") || equals == std::string::npos) continue;
        const auto name = variable.substr(0, equals);
        environment_.push_back(variable);
        for (const auto& spec : configurationKeys())
            if (environmentName(spec.key) == name) variables->setString(spec.key, variable.substr(equals + 1));
    }
    commandLine_ = options;
    layers_->add(options, 0);
    layers_->add(variables, 1);
    if (file) {
        if (!std::filesystem::exists(*file)) throw ConfigurationError(*file + ": there is no such file");
        try {
            AutoPtr<Poco::Util::PropertyFileConfiguration> properties(new Poco::Util::PropertyFileConfiguration(*file));
            std::vector<std::string> keys;
            collectKeys(*properties, "", keys);
            for (const auto& key : keys)
                if (!specOf(key) && !isPluginSetting(key))
                    throw ConfigurationError(*file + ": " + key + ": there is no such key");
            file_ = properties;
            layers_->add(properties, 2);
        }
        catch (const Poco::Exception& error) {
            throw ConfigurationError(*file + ": " + error.displayText());
        }
    }
    AutoPtr<MapConfiguration> defaults(new MapConfiguration);
    for (const auto& spec : configurationKeys()) defaults->setString(spec.key, spec.fallback);
    layers_->add(defaults, 3);
    check();
}

void Configuration::check() const
{
    for (const auto& spec : configurationKeys()) {
        const auto value = text(spec.key);
        if (!fits(spec, value))
            throw ConfigurationError(spec.key + " = " + (spec.kind == KeyKind::Secret ? "***" : value) +
                                     ": allowed is " + spec.allowed());
    }
}

std::string Configuration::text(const std::string& key) const { return layers_->getRawString(key); }

std::int64_t Configuration::integer(const std::string& key) const { return *readInteger(text(key)); }

bool Configuration::boolean(const std::string& key) const { return *readBoolean(text(key)); }

std::vector<int> Configuration::ports(const std::string& key) const
{
    std::vector<int> ports;
    for (const auto& part : list(key)) ports.push_back(static_cast<int>(*readInteger(part)));
    return ports;
}

std::vector<std::string> Configuration::list(const std::string& key) const { return split(text(key)); }

std::optional<std::string> Configuration::pluginSetting(const std::string& key) const
{
    if (commandLine_->hasProperty(key)) return commandLine_->getRawString(key);
    const std::string prefix = environmentName(key) + '=';
    for (const auto& variable : environment_)
        if (variable.starts_with(prefix)) return variable.substr(prefix.size());
    if (file_ && file_->hasProperty(key)) return file_->getRawString(key);
    return {};
}

std::string propertiesTemplate()
{
    std::string text =
        "# Configuration of Atrium: every key with its default. Remove the # in front of a key to set it.\n"
        "# Over this file stands the environment (a.b.c is ATRIUM_A_B_C), over that the command line\n"
        "# (-Da.b.c=value). A value that is not allowed stops the server with a sentence that says why.\n"
        "# Settings of plugins are plugins.ID.KEY; each plugin's README lists them.\n";
    std::string room;
    for (const auto& spec : configurationKeys()) {
        if (const auto first = spec.key.substr(0, spec.key.find('.')); first != room) {
            room = first;
            text += '\n';
        }
        text += "# " + spec.help + " (" + spec.allowed() + ")\n#" + spec.key + " = " + spec.fallback + '\n';
    }
    return text;
}

} // namespace atrium::app
