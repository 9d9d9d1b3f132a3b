#include "app/configuration.h"

namespace atrium::app {

namespace {

KeySpec text(std::string key, std::string fallback, std::string help)
{
    return {std::move(key), KeyKind::Text, std::move(fallback), std::move(help)};
}
KeySpec secret(std::string key, std::string help) { return {std::move(key), KeyKind::Secret, "", std::move(help)}; }
KeySpec flag(std::string key, std::string fallback, std::string help)
{
    return {std::move(key), KeyKind::Boolean, std::move(fallback), std::move(help)};
}
KeySpec number(std::string key, std::int64_t fallback, std::int64_t minimum, std::int64_t maximum, std::string help)
{
    return {std::move(key), KeyKind::Integer, std::to_string(fallback), std::move(help), minimum, maximum};
}
KeySpec choice(std::string key, std::string fallback, std::vector<std::string> choices, std::string help)
{
    return {std::move(key), KeyKind::Choice, std::move(fallback), std::move(help),
            INT64_MIN,      INT64_MAX,       std::move(choices)};
}

} // namespace

const std::vector<KeySpec>& configurationKeys()
{
    static const std::vector<KeySpec> keys{
        text("site.name", "Atrium", "Name of the home or campus, shown in the dashboard"),
        text("site.timezone", "Europe/Paris", "IANA time zone of schedules"),
        text("site.latitude", "48.8566", "Degrees, north positive: where the sun rises and sets"),
        text("site.longitude", "2.3522", "Degrees, east positive"),
        text("site.modes", "home, away, night, vacation",
             "Modes of the house that people can set, the first one is where it starts"),
        choice("site.language", "fr", {"fr", "en"}, "Language of messages when a client asks for none"),

        text("data.dir", "data", "Folder of everything that Atrium keeps; locked by one server at a time"),
        text("database.url", "sqlite:atrium.db",
             "sqlite:FILE (relative to data.dir) or mysql://user:password@host:port/database"),
        number("history.raw.days", 10, 1, 3650, "Days that raw samples are kept; averages are kept longer"),
        number("history.max.mb", 4096, 64, 10'000'000,
               "Megabytes that the database may take; history is made shorter to stay below"),

        {"http.port", KeyKind::PortList, "5000",
         "Port of the API, the WebSocket and the dashboard; several with commas", 0, 65535},
        text("http.bind", "0.0.0.0", "Address to listen on; 127.0.0.1 behind a reverse proxy on this machine"),
        number("http.threads", 2, 1, 64, "Threads that parse and answer requests"),
        number("http.workers", 4, 1, 256, "Threads for requests that use the database"),
        text("http.trusted.proxies", "", "Addresses of reverse proxies whose X-Forwarded headers are believed"),
        text("http.web", "", "Folder of the dashboard; empty = the one that was built with this server"),
        text("cors.origins", "http://localhost:3000,http://localhost:5173",
             "Origins of front-ends on other addresses that may call the API with credentials"),
        flag("home.open", "false",
             "Let the local network use devices without signing in, as the published Aurion client needs"),
        flag("limits.enabled", "true", "Limit the number of requests per address"),
        number("limits.requests", 1200, 1, 10'000'000, "Requests per address and minute"),

        text("mqtt.url", "",
             "Broker that runs already: mqtt://[user:password@]host[:port] or mqtts://...; empty = embedded broker"),
        text("mqtt.ca", "", "File with the authority of an mqtts broker; empty = the system's"),
        text("mqtt.certificate", "", "Client certificate for an mqtts broker"),
        text("mqtt.key", "", "Key of the client certificate"),
        text("mqtt.client.id", "atrium", "Client id at the broker; unique per server"),
        number("mqtt.port", 1883, 1, 65535, "Port of the embedded broker"),
        number("mqtt.websocket.port", 9001, 0, 65535, "MQTT over WebSocket of the embedded broker; 0 = off"),
        text("mqtt.bind", "127.0.0.1",
             "Address of the embedded broker; set mqtt.device.user before you open it to a network"),
        flag("mqtt.anonymous", "true",
             "Programs on this machine need no account at the embedded broker (loopback only)"),
        text("mqtt.device.user", "", "Account of devices at the embedded broker"),
        secret("mqtt.device.password", "Password of that account"),

        text("admin.email", "", "First administrator, created when there is no account yet"),
        secret("admin.password", "Password of the first administrator"),

        text("plugins.folders", "", "More folders with plugins, separated by commas; searched after the built-in ones"),
        number("plugins.start.timeout", 10'000, 100, 600'000, "Milliseconds that a plugin may take to start"),
        flag("automations.shipped", "false",
             "Load the automations that come with Atrium; they are made for the demo home"),
        number("automations.effects", 600, 1, 10'000'000,
               "Commands, messages and log lines that one automation may make in a minute"),
        text("automations.http.hosts", "",
             "Servers that rules may ask with http.get and its kin, separated by commas: api.example.org, "
             "*.example.net"),
        flag("automations.http.private", "false",
             "Those servers may be at private addresses (this machine, the home's network), and speak plain http"),
        text("automations.http.ca", "", "File with the authority of those servers; empty = the system's"),
        number("automations.http.questions", 60, 1, 100'000, "Questions of one automation to servers in a minute"),
        text("automations.folders", "",
             "More folders with automations, separated by commas; data.dir/automations is one anyway"),

        choice("log.level", "info", {"trace", "debug", "info", "warning", "error"}, "Least level that is written"),
        text("log.levels", "", "Levels of single components: mqtt=debug,plugin.devices=trace"),
        choice("log.format", "human", {"human", "json"}, "One line for people, or one JSON object a line"),

        text("smtp.host", "", "Mail server; empty = mails are not sent"),
        number("smtp.port", 587, 1, 65535, "Port of the mail server"),
        choice("smtp.tls", "starttls", {"starttls", "tls", "none"},
               "How the connection to the mail server is protected"),
        text("smtp.ca", "", "File with the authority of the mail server; empty = the system's"),
        text("smtp.user", "", "Account at the mail server"),
        secret("smtp.password", "Password of that account"),
        text("smtp.from", "", "Sender of mails: an address, or a name and <address>"),

        text("paypal.url", "", "Base address of the PayPal API; empty = no payments"),
        text("paypal.client.id", "", "PayPal client id"),
        secret("paypal.client.secret", "PayPal client secret"),
    };
    return keys;
}

} // namespace atrium::app
