#pragma once

#include "atrium/automation.h"
#include "atrium/clock.h"
#include "atrium/commands.h"
#include "atrium/database.h"
#include "atrium/devices.h"
#include "atrium/executor.h"
#include "atrium/history.h"
#include "atrium/http.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/mqtt.h"
#include "atrium/realtime.h"
#include "atrium/scheduler.h"

#include <filesystem>
#include <functional>

namespace atrium::plugins {

/// What the server lends to plugins; everything lives longer than the host.
struct ServerServices {
    Automation& automation;
    const Clock& clock;
    Commands& commands;
    Database& database;
    Devices& devices;
    const History& history;
    Http& http;
    Metrics& metrics;
    Mqtt& mqtt;
    Realtime& realtime;
    Scheduler& scheduler;
    Executor& core;
    Executor& workers;
    std::function<Log&(const std::string& component)> log;
    /// Applies the migrations in `folder` that the database has not seen; throws with file and statement.
    std::function<void(const std::string& owner, const std::filesystem::path& folder)> migrate;
    /// The server's data folder.
    std::filesystem::path dataFolder;
};

} // namespace atrium::plugins
