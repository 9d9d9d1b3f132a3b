#pragma once

#include "atrium/integration.h"
#include "atrium/plugin_context.h"
#include "atrium/services.h"

#include <memory>
#include <utility>

namespace atrium {

/// Opens the way of the plugin into the house. `make` gets the port and makes the integration from it, which plans the
/// commands to its devices: `Result<EntityPlan> House::plan(const EntityCommand&) const`, on core. Both live as long as
/// the result; a command that comes later is answered with Unavailable. Thread: any, from Plugin::start() on.
template <class House, class Make>
std::shared_ptr<House> openIntegration(PluginContext& context, Make&& make)
{
    // The port asks for plans before the house that is made from it can be named.
    const auto made = std::make_shared<std::weak_ptr<House>>();
    auto port = context.services().require<Integrations>()->open(
        context.pluginId(), [made](const EntityCommand& command) -> Result<EntityPlan> {
            const auto house = made->lock();
            if (!house) return makeError(ErrorCode::Unavailable);
            return house->plan(command);
        });
    std::shared_ptr<House> house = std::forward<Make>(make)(std::move(port));
    *made = house;
    return house;
}

} // namespace atrium
