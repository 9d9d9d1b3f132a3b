#pragma once

#include <string>

namespace atrium {

class Automation;
class Clock;
class Commands;
class Database;
class Devices;
class Executor;
class Health;
class History;
class Http;
class Log;
class Metrics;
class Mqtt;
class Realtime;
class Scheduler;
class Services;
class Settings;

/// Everything that the server gives to one plugin; lives longer than the plugin object. Registrations made through it
/// are withdrawn with their Subscription, and at the latest when the plugin is stopped. Every handler given to it is
/// guarded: an exception is caught, counted, logged with the plugin's id and degrades its health. Thread: any.
class PluginContext {
public:
    virtual ~PluginContext() = default;

    virtual const std::string& pluginId() const = 0;
    virtual Automation& automation() = 0;
    virtual const Clock& clock() const = 0;
    virtual Commands& commands() = 0;
    /// The site's database, with this plugin's migrations applied.
    virtual Database& database() = 0;
    virtual Devices& devices() = 0;
    virtual Health& health() = 0;
    /// What the site has recorded.
    virtual const History& history() const = 0;
    virtual Http& http() = 0;
    virtual Log& log() = 0;
    virtual Metrics& metrics() = 0;
    virtual Mqtt& mqtt() = 0;
    virtual Realtime& realtime() = 0;
    virtual Scheduler& scheduler() = 0;
    virtual Services& services() = 0;
    virtual const Settings& settings() const = 0;
    /// The thread that owns devices, timers and MQTT handlers.
    virtual Executor& core() = 0;
    /// The bounded pool for work that blocks.
    virtual Executor& workers() = 0;
    /// A folder that belongs to this plugin alone, made on first use.
    virtual std::string dataFolder() = 0;
};

} // namespace atrium
