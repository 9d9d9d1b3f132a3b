#pragma once

#include "atrium/devices.h"
#include "atrium/services/accounts.h"
#include "automation/messages.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>

namespace atrium::automation {

/// For whom a rule acts. Nobody = for the site itself: automations in files belong to whoever runs the server.
struct RuleActor {
    UserId author;
    const RuleView* rule = nullptr;
    const std::set<DeviceId>* devices = nullptr; ///< that its file names
};

/// Whether a rule may do what it asks for: as its author at most, narrowed by its `grants`. Rights count at the moment
/// of use: one that was taken back ends what runs already. Thread: core.
class RuleRights {
public:
    /// What an author needs to see and write any MQTT topic.
    static constexpr const char* mqttPermission = "automations.mqtt";
    /// What an author needs to ask servers (those of automations.http.hosts).
    static constexpr const char* webPermission = "automations.http";
    static constexpr const char* controlPermission = "devices.control";
    static constexpr const char* housePermission = "house.set";
    static constexpr const char* readPermission = "devices.read";

    /// `accounts` may give null: then nobody but the site may do anything.
    RuleRights(const Devices& devices, std::function<std::shared_ptr<Accounts>()> accounts)
        : devices_(devices), accounts_(std::move(accounts))
    {}

    /// Why the step may not be done; empty = it may. Scripts are told in English.
    std::optional<Text> refusal(const RuleActor& actor, const Step& step) const;
    /// Why the rule must not start: a device or topic that its author may not see (any more); empty = it may.
    std::optional<Text> refusal(const RuleActor& actor) const;
    /// Whether rules of `author` may know of a device.
    bool maySee(UserId author, const Device& device) const;

private:
    Result<Principal> principalOf(UserId author) const;
    std::optional<Text> refusalByGrants(const RuleView& rule, const Step& step) const;
    std::optional<Text> refusalByAuthor(UserId author, const Step& step) const;

    const Devices& devices_;
    const std::function<std::shared_ptr<Accounts>()> accounts_;
};

} // namespace atrium::automation
