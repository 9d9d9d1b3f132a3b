#include "collection.h"

#include <algorithm>

namespace atrium::devices {

List toJson(const std::vector<DeviceId>& members)
{
    List list;
    for (const auto member : members) list.push_back(member.value);
    return list;
}

List toJson(const std::vector<DeviceStep>& steps)
{
    List list;
    for (const auto& step : steps) {
        Object one{{"device", step.device.value}, {"command", step.command}};
        if (!step.entity.empty()) one.append("entity", step.entity);
        if (!step.arguments.empty()) one.append("arguments", step.arguments);
        list.push_back(std::move(one));
    }
    return list;
}

std::vector<DeviceId> membersFrom(const Value* json)
{
    std::vector<DeviceId> members;
    if (!json || !json->isList()) return members;
    for (const auto& id : json->list())
        if (id.isInteger() && id.integer() > 0 &&
            std::find(members.begin(), members.end(), DeviceId(id.integer())) == members.end())
            members.emplace_back(id.integer());
    return members;
}

std::vector<DeviceStep> stepsFrom(const Value* json)
{
    std::vector<DeviceStep> steps;
    if (!json || !json->isList()) return steps;
    for (const auto& one : json->list()) {
        DeviceStep step{DeviceId(one.integerOr("device", 0)), one.textOr("entity", ""), one.textOr("command", ""), {}};
        if (const Value* arguments = one.find("arguments"); arguments && arguments->isObject())
            step.arguments = arguments->object();
        if (step.device && !step.command.empty()) steps.push_back(std::move(step));
    }
    return steps;
}

} // namespace atrium::devices
