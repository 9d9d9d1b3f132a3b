#pragma once

#include "homie_house.h"

#include "atrium/plugin.h"

#include <set>

namespace atrium::homie {

/// Wiring only.
class HomiePlugin : public Plugin {
public:
    void configure(PluginContext& context) override { context_ = &context; }
    void start() override;

private:
    void listenToDomain(const std::string& domain);

    PluginContext* context_ = nullptr;
    std::shared_ptr<HomieHouse> house_;
    // Core, once start() listens to the first domain.
    std::set<std::string> domains_;
    Subscriptions domainSubscriptions_;
    Subscriptions subscriptions_; // last: withdrawn before what they call is destroyed
};

} // namespace atrium::homie
