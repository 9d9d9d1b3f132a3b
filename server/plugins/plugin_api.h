#pragma once

#include "atrium/http.h"
#include "plugins/plugin_host.h"

namespace atrium::plugins {

/// `/api/plugins`: what is loaded and how it is; load, enable and disable for administrators.
class PluginApi {
public:
    PluginApi(PluginHost& host, Http& http);

    /// The permissions that these routes ask for.
    static std::vector<PermissionDeclaration> permissions();

private:
    PluginHost& host_;
    Subscriptions routes_;
};

} // namespace atrium::plugins
