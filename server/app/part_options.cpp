#include "app/part_options.h"

#include <charconv>
#include <cmath>
#include <map>

namespace atrium::app {

namespace {

double degrees(const Configuration& configuration, const std::string& key, int limit)
{
    const auto& text = configuration.text(key);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(std::abs(value) <= limit))
        throw ConfigurationError(key + " = " + text + ": allowed are degrees from -" + std::to_string(limit) + " to " +
                                 std::to_string(limit) + ", e.g. 48.8566");
    return value;
}

} // namespace

observability::LogFormat logFormat(const Configuration& configuration)
{
    return configuration.text("log.format") == "json" ? observability::LogFormat::Json
                                                      : observability::LogFormat::Human;
}

void applyLogLevels(const Configuration& configuration, observability::Logging& logging)
{
    for (const auto& item : configuration.list("log.levels")) {
        const auto equals = item.find('=');
        const auto level = observability::parseLogLevel(equals == std::string::npos ? "" : item.substr(equals + 1));
        if (!level)
            throw ConfigurationError("log.levels = " + item +
                                     ": allowed is component=level with one of trace debug info warning error");
        logging.setLevel(item.substr(0, equals), *level);
    }
}

storage::HistoryOptions historyOptions(const Configuration& configuration,
                                       std::function<std::vector<storage::HistorySample>(DeviceId)> lastValuesOf)
{
    storage::HistoryOptions options;
    options.lastValuesOf = std::move(lastValuesOf);
    options.keep.raw = std::chrono::hours{24 * configuration.integer("history.raw.days")};
    options.maxBytes = configuration.integer("history.max.mb") << 20;
    return options;
}

mqtt::ManagedBrokerOptions brokerOptions(const Configuration& configuration, const std::filesystem::path& dataFolder)
{
    mqtt::ManagedBrokerOptions options;
    options.folder = dataFolder / "broker";
    options.bind = configuration.text("mqtt.bind");
    options.port = static_cast<int>(configuration.integer("mqtt.port"));
    options.webSocketPort = static_cast<int>(configuration.integer("mqtt.websocket.port"));
    options.deviceUser = configuration.text("mqtt.device.user");
    options.devicePassword = configuration.text("mqtt.device.password");
    options.anonymousLocal = configuration.boolean("mqtt.anonymous");
    return options;
}

mqtt::BrokerAddress externalBroker(const Configuration& configuration)
{
    try {
        auto address = mqtt::parseBrokerUrl(configuration.text("mqtt.url"));
        address.caFile = configuration.text("mqtt.ca");
        address.certificateFile = configuration.text("mqtt.certificate");
        address.keyFile = configuration.text("mqtt.key");
        return address;
    }
    catch (const std::invalid_argument& error) {
        throw ConfigurationError(std::string("mqtt.url: ") + error.what());
    }
}

http::HttpConfig httpConfig(const Configuration& configuration, const Installation& installation)
{
    http::HttpConfig config;
    config.listeners.clear();
    for (const int port : configuration.ports("http.port"))
        config.listeners.push_back({configuration.text("http.bind"), static_cast<std::uint16_t>(port)});
    config.workers = static_cast<unsigned>(configuration.integer("http.threads"));
    config.language = configuration.text("site.language") == "fr" ? Language::French : Language::English;
    config.cors.origins = configuration.list("cors.origins");
    config.limits.enabled = configuration.boolean("limits.enabled");
    config.limits.perMinute = static_cast<unsigned>(configuration.integer("limits.requests"));
    config.trustedProxies = configuration.list("http.trusted.proxies");
    const auto web = configuration.text("http.web");
    config.staticFolder =
        web.empty() ? (std::filesystem::exists(installation.web) ? installation.web.string() : "") : web;
    return config;
}

automation::AutomationOptions automationOptions(const Configuration& configuration, const Installation& installation,
                                                const std::filesystem::path& dataFolder)
{
    automation::AutomationOptions options;
    options.host.program = (installation.programs / "atrium-luahost").string();
    options.host.effectsPerMinute = static_cast<int>(configuration.integer("automations.effects"));
    options.web.hosts = configuration.list("automations.http.hosts");
    options.web.privateAddresses = configuration.boolean("automations.http.private")
                                       ? outgoing::PrivateAddresses::Allowed
                                       : outgoing::PrivateAddresses::Refused;
    options.web.authorityFile = configuration.text("automations.http.ca");
    options.web.perMinute = static_cast<int>(configuration.integer("automations.http.questions"));
    auto& site = options.site;
    site.zone = configuration.text("site.timezone");
    // The zones of the system's tzdata are files below this folder.
    const bool known = !site.zone.empty() && site.zone.front() != '/' && site.zone.find("..") == std::string::npos &&
                       std::filesystem::is_regular_file("/usr/share/zoneinfo/" + site.zone);
    site.latitude = degrees(configuration, "site.latitude", 90);
    site.longitude = degrees(configuration, "site.longitude", 180);
    site.modes = configuration.list("site.modes");
    if (site.modes.empty()) throw ConfigurationError("site.modes is empty: allowed are names separated by commas");
    if (!known)
        throw ConfigurationError("site.timezone = " + site.zone +
                                 ": allowed is an IANA time zone such as Europe/Paris");
    if (configuration.boolean("automations.shipped"))
        options.folders.push_back({installation.automations, automation::SourceKind::Shipped});
    const auto local = dataFolder / "automations";
    std::filesystem::create_directories(local);
    options.folders.push_back({local, automation::SourceKind::LocalFile});
    for (const auto& folder : configuration.list("automations.folders"))
        options.folders.push_back({folder, automation::SourceKind::LocalFile});
    return options;
}

realtime::RealtimeConfig realtimeConfig(const Configuration& configuration)
{
    realtime::RealtimeConfig config;
    config.origins = configuration.list("cors.origins");
    return config;
}

plugins::PluginHostOptions pluginHostOptions(const Configuration& configuration, const Installation& installation,
                                             const std::filesystem::path& dataFolder)
{
    plugins::PluginHostOptions options;
    options.folders = {installation.plugins, dataFolder / "plugins.d"};
    for (const auto& folder : configuration.list("plugins.folders")) options.folders.emplace_back(folder);
    options.probe = installation.programs / "atrium-plugin-probe";
    options.startTimeout = std::chrono::milliseconds{configuration.integer("plugins.start.timeout")};
    return options;
}

std::optional<std::string> pluginSetting(const Configuration& configuration, const std::string& key)
{
    if (auto value = configuration.pluginSetting(key)) return value;
    // Keys of the server that are a plugin's business.
    static const std::map<std::string, std::string> serverKeys{
        {"plugins.auth.adminEmail", "admin.email"},
        {"plugins.auth.adminPassword", "admin.password"},
        {"plugins.auth.timeZone", "site.timezone"},
        {"plugins.schedules.openHome", "home.open"},
        {"plugins.away.openHome", "home.open"},
        {"plugins.notify.smtpHost", "smtp.host"},
        {"plugins.notify.smtpPort", "smtp.port"},
        {"plugins.notify.smtpTls", "smtp.tls"},
        {"plugins.notify.smtpCa", "smtp.ca"},
        {"plugins.notify.smtpUser", "smtp.user"},
        {"plugins.notify.smtpPassword", "smtp.password"},
        {"plugins.notify.smtpFrom", "smtp.from"},
    };
    const auto found = serverKeys.find(key);
    return found == serverKeys.end() ? std::nullopt : std::optional(configuration.text(found->second));
}

} // namespace atrium::app
