#include "automation/rule_rights.h"

#include "automation/surroundings.h"

#include <algorithm>

namespace atrium::automation {

namespace {

DeviceId deviceOf(const Value& payload) { return DeviceId{payload.integerOr("device", 0)}; }

bool contains(const std::vector<std::string>& list, const std::string& word)
{
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool readsTopics(const std::vector<Trigger>& triggers)
{
    return std::any_of(triggers.begin(), triggers.end(),
                       [](const Trigger& trigger) { return std::holds_alternative<MqttTrigger>(trigger); });
}

Text accountClosed() { return {"le compte de l'auteur est fermé", "the account of the author is closed"}; }

Text noTopics() { return {"l'auteur n'a pas le droit de lire des sujets MQTT", "the author may not read MQTT topics"}; }

Text unseen(const Device& device)
{
    return {"l'auteur n'a pas le droit de voir " + device.info->uid, "the author may not see " + device.info->uid};
}

} // namespace

Result<Principal> RuleRights::principalOf(UserId author) const
{
    const auto accounts = accounts_ ? accounts_() : nullptr;
    if (!accounts) return makeError(ErrorCode::Unavailable);
    return accounts->principalOf(author);
}

std::optional<Text> RuleRights::refusal(const RuleActor& actor, const Step& step) const
{
    if (step.kind == StepKind::Log || step.kind == StepKind::Wait) return {};
    if (actor.rule)
        if (auto reason = refusalByGrants(*actor.rule, step)) return reason;
    return actor.author ? refusalByAuthor(actor.author, step) : std::nullopt;
}

std::optional<Text> RuleRights::refusalByGrants(const RuleView& rule, const Step& step) const
{
    if (!rule.grants || step.kind == StepKind::WaitFor || step.kind == StepKind::History ||
        step.kind == StepKind::Select)
        return {};
    const auto& payload = step.payload;
    const auto& grants = *rule.grants;
    std::string wanted, narrower;
    switch (step.kind) {
    case StepKind::Command: {
        wanted = deviceOf(payload) == Surroundings::houseId ? housePermission : controlPermission;
        const auto device = devices_.find(deviceOf(payload));
        if (device) narrower = wanted + ':' + device->info->uid;
        break;
    }
    case StepKind::Web: wanted = webPermission; break;
    case StepKind::Publish:
        wanted = mqttPermission;
        narrower = wanted + ':' + payload.textOr("topic", "");
        break;
    default:
        wanted = payload.textOr("module", "");
        narrower = wanted + '.' + payload.textOr("function", "");
        break;
    }
    if (contains(grants, wanted) || (!narrower.empty() && contains(grants, narrower))) return {};
    return Text{"les droits de la règle (grants) ne contiennent pas « " + wanted + " »",
                "the grants of the rule do not contain \"" + wanted + "\""};
}

std::optional<Text> RuleRights::refusalByAuthor(UserId author, const Step& step) const
{
    const auto principal = principalOf(author);
    if (!principal) return accountClosed();
    const auto unless = [&](const char* permission, Text refusal) {
        return principal->may(permission) ? std::nullopt : std::optional(std::move(refusal));
    };
    if (step.kind == StepKind::WaitFor && readsTopics(step.triggers)) return unless(mqttPermission, noTopics());
    if (step.kind == StepKind::Publish)
        return unless(mqttPermission,
                      {"l'auteur n'a pas le droit d'écrire des sujets MQTT", "the author may not write MQTT topics"});
    if (step.kind == StepKind::Web)
        return unless(webPermission,
                      {"l'auteur n'a pas le droit d'interroger des serveurs", "the author may not ask servers"});
    if (step.kind == StepKind::History) {
        const auto device = devices_.find(deviceOf(step.payload));
        if (!device || principal->may(readPermission, accessObjectOf(*device))) return {};
        return unseen(*device);
    }
    if (step.kind != StepKind::Command) return {};
    if (deviceOf(step.payload) == Surroundings::houseId)
        return unless(housePermission, {"l'auteur n'a pas le droit de changer le mode de la maison",
                                        "the author may not set the mode of the house"});
    const auto device = devices_.find(deviceOf(step.payload));
    // Without a device the command itself fails, and says so.
    if (!device || principal->may(controlPermission, accessObjectOf(*device))) return {};
    return Text{"l'auteur n'a pas le droit de commander " + device->info->uid,
                "the author may not control " + device->info->uid};
}

std::optional<Text> RuleRights::refusal(const RuleActor& actor) const
{
    if (!actor.author || !actor.rule) return {};
    const auto principal = principalOf(actor.author);
    if (!principal) return accountClosed();
    if (readsTopics(actor.rule->triggers) && !principal->may(mqttPermission)) return noTopics();
    if (!actor.devices) return {};
    for (const auto id : *actor.devices)
        if (const auto device = devices_.find(id); device && !principal->may(readPermission, accessObjectOf(*device)))
            return unseen(*device);
    return {};
}

bool RuleRights::maySee(UserId author, const Device& device) const
{
    if (!author) return true;
    const auto principal = principalOf(author);
    return principal && principal->may(readPermission, accessObjectOf(device));
}

} // namespace atrium::automation
