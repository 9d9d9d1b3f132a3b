#include "homie_plugin.h"

#include "atrium/open_integration.h"
#include "atrium/settings.h"

namespace atrium::homie {

void HomiePlugin::start()
{
    auto& context = *context_;
    house_ = openIntegration<HomieHouse>(
        context, [](std::shared_ptr<IntegrationPort> port) { return std::make_shared<HomieHouse>(std::move(port)); });
    const std::string base = context.settings().text("base");
    subscriptions_ += context.mqtt().subscribe(base + "/#", [house = house_, base](const MqttMessage& message) {
        if (!message.topic.starts_with(base + "/5/")) house->take(base, message);
    });
    listenToDomain(base);
    // Version 5 leaves the first level to its users.
    subscriptions_ += context.mqtt().subscribe("+/5/+/$state", [this](const MqttMessage& message) {
        listenToDomain(std::string(message.topic.substr(0, message.topic.find('/'))));
    });
}

void HomiePlugin::listenToDomain(const std::string& domain)
{
    constexpr std::size_t maxDomains = 100;
    if (domains_.size() >= maxDomains || !domains_.insert(domain).second) return;
    const std::string prefix = domain + "/5";
    domainSubscriptions_ += context_->mqtt().subscribe(
        prefix + "/#", [house = house_, prefix](const MqttMessage& message) { house->take(prefix, message); });
}

} // namespace atrium::homie

ATRIUM_PLUGIN(atrium::homie::HomiePlugin, "homie", "0.1.0")
