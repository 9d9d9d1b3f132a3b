#include "collection_api.h"

#include <algorithm>

namespace atrium::devices {

namespace {

bool isOn(const Device& device) { return device.value("status") == Value(true); }

const char* wordFor(StepOutcome::Result result)
{
    if (result == StepOutcome::Result::Sent) return "sent";
    return result == StepOutcome::Result::Skipped ? "skipped" : "failed";
}

Error unknown(const char* fr, const char* en) { return makeError(ErrorCode::NotFound, {fr, en}); }

} // namespace

Error unknownGroup() { return unknown("Groupe inconnu", "Unknown group"); }
Error unknownScene() { return unknown("Scène inconnue", "Unknown scene"); }

Object sceneView(const Scene& scene)
{
    return {{"id", scene.id}, {"name", scene.name}, {"steps", toJson(scene.steps)}};
}

bool CollectionApi::may(const HttpRequest& request, DeviceId id, std::string_view permission) const
{
    const auto device = devices_.find(id);
    return device && request.principal.may(permission, accessObjectOf(*device));
}

Object CollectionApi::view(const HttpRequest& request, const Group& group) const
{
    List members;
    std::int64_t on = 0;
    for (const auto id : group.members) {
        const auto device = devices_.find(id);
        if (!device || !request.principal.may("devices.read", accessObjectOf(*device))) continue;
        members.push_back(id.value);
        on += isOn(*device);
    }
    return {{"id", group.id}, {"name", group.name}, {"devices", std::move(members)}, {"on", on}};
}

Result<HttpResponse> CollectionApi::saveGroup(const HttpRequest& request, std::int64_t id)
{
    Group group{id, request.body.textOr("name", ""), membersFrom(request.body.find("devices"))};
    for (const auto member : group.members)
        if (!devices_.find(member)) return unknown("Appareil non trouvé", "Device not found");
    const auto saved = collections_.save(std::move(group));
    if (!saved) return saved.error();
    return HttpResponse::json(view(request, *saved), id == 0 ? 201 : 200);
}

Result<HttpResponse> CollectionApi::saveScene(const HttpRequest& request, std::int64_t id)
{
    auto steps = captured(request);
    if (!steps) return steps.error();
    Scene scene{id, request.body.textOr("name", ""), std::move(*steps)};
    const auto saved = collections_.save(std::move(scene));
    if (!saved) return saved.error();
    return HttpResponse::json(sceneView(*saved), id == 0 ? 201 : 200);
}

Result<std::vector<DeviceStep>> CollectionApi::captured(const HttpRequest& request) const
{
    auto steps = stepsFrom(request.body.find("steps"));
    for (const auto& step : steps)
        if (!devices_.find(step.device)) return unknown("Appareil non trouvé", "Device not found");
    for (const auto id : membersFrom(request.body.find("capture"))) {
        const auto device = devices_.find(id);
        if (!device) return unknown("Appareil non trouvé", "Device not found");
        DeviceStep step{id, {}, "set", {}};
        for (const auto& attribute : device->attributes) {
            const bool isMain = attribute.spec->entity < 0 ||
                                (attribute.spec->entity < static_cast<int>(device->entities.size()) &&
                                 device->entities[static_cast<std::size_t>(attribute.spec->entity)].spec->category ==
                                     EntityCategory::Primary);
            if (attribute.spec->writable && isMain && !attribute.value.isNull() && attribute.spec->name != "status")
                step.arguments.set(attribute.spec->name, attribute.value);
        }
        // A lamp that is off stays off, whatever its brightness would be.
        if (const Value& status = device->value("status"); status.isBoolean()) {
            step.command = status.boolean() ? "on" : "off";
            if (!status.boolean()) step.arguments = {};
        }
        if (step.command != "set" || !step.arguments.empty()) steps.push_back(std::move(step));
    }
    return steps;
}

void CollectionApi::commandMany(const HttpRequest& request, HttpAnswer answer)
{
    const auto& body = request.body;
    const auto type = body.textOr("type", ""), room = body.textOr("room", "");
    const auto group = body.integerOr("group", 0);
    const bool isNamed = body.find("devices");
    if (!isNamed && !body.find("room") && !group && type.empty())
        return answer(
            makeError(ErrorCode::InvalidArgument, {"Choisissez des appareils, une pièce, un groupe ou un type",
                                                   "Choose devices, a room, a group or a type"}));
    std::vector<DeviceId> chosen;
    if (isNamed) chosen = membersFrom(body.find("devices"));
    else if (group) {
        const auto known = collections_.group(group);
        if (!known) return answer(unknownGroup());
        chosen = known->members;
    }
    else {
        const auto all = devices_.list();
        for (const auto& device : all->devices) chosen.push_back(device->info->id);
    }
    std::erase_if(chosen, [&](DeviceId id) {
        const auto device = devices_.find(id);
        if (!device) return !isNamed;
        return (body.find("room") && device->info->room != room) || (!type.empty() && device->info->type != type);
    });
    command(request, chosen, isNamed ? Named::Itself : Named::WithOthers, std::move(answer));
}

void CollectionApi::commandGroup(const HttpRequest& request, HttpAnswer answer)
{
    const auto group = collections_.group(request.idParameter("id"));
    if (!group) return answer(unknownGroup());
    command(request, group->members, Named::WithOthers, std::move(answer));
}

void CollectionApi::command(const HttpRequest& request, const std::vector<DeviceId>& devices, Named named,
                            HttpAnswer answer)
{
    const Value* arguments = request.body.find("arguments");
    std::vector<DeviceStep> steps;
    for (const auto id : devices)
        steps.push_back({id,
                         {},
                         request.body.textOr("command", ""),
                         arguments && arguments->isObject() ? arguments->object() : Object{}});
    send(request, std::move(steps), named, std::move(answer));
}

void CollectionApi::activate(const HttpRequest& request, HttpAnswer answer)
{
    auto scene = collections_.scene(request.idParameter("id"));
    if (!scene) return answer(unknownScene());
    send(request, std::move(scene->steps), Named::Itself, std::move(answer));
}

void CollectionApi::send(const HttpRequest& request, std::vector<DeviceStep> steps, Named named, HttpAnswer answer)
{
    // Each device is asked for by itself: a right may be one on a room.
    std::vector<StepOutcome> refused;
    std::erase_if(steps, [&](const DeviceStep& step) {
        if (may(request, step.device, "devices.control")) return false;
        const bool isSeen = may(request, step.device, "devices.read");
        if (named == Named::Itself)
            refused.push_back(
                {step.device,
                 StepOutcome::Result::Failed,
                 {},
                 isSeen ? Text{"Accès refusé", "Access denied"} : Text{"Appareil non trouvé", "Device not found"}});
        return true;
    });
    const auto& who = request.principal;
    const Cause cause{request.requestId.empty() ? newCorrelationId() : request.requestId,
                      who.isAnonymous() ? "home" : "user:" + std::to_string(who.user.value), 0};
    std::string key;
    if (const auto given = request.header("idempotency-key"); !given.empty() && given.size() <= 180)
        key = cause.origin + ':' + std::string(given);
    const bool french = request.language == Language::French;
    sendAll(commands_, std::move(steps), named, cause, key,
            [answer = std::move(answer), refused = std::move(refused), french,
             correlation = cause.correlationId](std::vector<StepOutcome> outcomes) {
                outcomes.insert(outcomes.end(), refused.begin(), refused.end());
                List results;
                std::int64_t counts[3] = {};
                for (const auto& outcome : outcomes) {
                    ++counts[static_cast<int>(outcome.result)];
                    Object one{{"device", outcome.device.value}, {"result", wordFor(outcome.result)}};
                    if (!outcome.commandId.empty()) one.append("command", outcome.commandId);
                    if (outcome.result != StepOutcome::Result::Sent)
                        one.append("message", french ? outcome.reason.fr : outcome.reason.en);
                    results.push_back(std::move(one));
                }
                answer(HttpResponse::json(Object{{"success", counts[2] == 0},
                                                 {"sent", counts[0]},
                                                 {"skipped", counts[1]},
                                                 {"failed", counts[2]},
                                                 {"correlationId", correlation},
                                                 {"results", std::move(results)}}));
            });
}

} // namespace atrium::devices
