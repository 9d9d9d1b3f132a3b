#pragma once

#include "atrium/abi.h"
#include "plugins/manifest.h"

namespace atrium::plugins {

/// Why `descriptor` does not fit this server and `manifest`; empty when it does. Names both sides.
std::string descriptorMismatch(const AtriumPluginDescriptor& descriptor, const Manifest& manifest);

/// Opens the library in this process (never closed again: code of a started plugin may be referenced anywhere) and
/// returns its checked descriptor. Errors say what the loader said. Thread: host.
Result<const AtriumPluginDescriptor*> openPlugin(const Manifest& manifest);

/// Opens the library in a child process first, where it may crash or hang as it likes. `probe` is the program
/// atrium-plugin-probe. Errors: what happened to the child, or why the plugin is refused. Thread: host; blocks up to
/// `timeout`.
Result<void> probePlugin(const std::filesystem::path& probe, const Manifest& manifest,
                         std::chrono::milliseconds timeout);

} // namespace atrium::plugins
