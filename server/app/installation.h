#pragma once

#include <filesystem>

namespace atrium::app {

/// Where the parts of the server are: in the build tree, or installed (`PREFIX/bin/atriumd` with `PREFIX/lib/atrium`
/// and `PREFIX/share/atrium`).
struct Installation {
    std::filesystem::path programs; ///< atrium-plugin-probe, atrium-luahost
    std::filesystem::path plugins;
    std::filesystem::path migrations;  ///< of the core
    std::filesystem::path automations; ///< shipped ones
    std::filesystem::path web;         ///< the built dashboard; may be absent

    /// Decided by where the running program lies.
    static Installation find();
};

} // namespace atrium::app
