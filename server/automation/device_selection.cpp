#include "automation/device_selection.h"

#include "automation/suggestion.h"

namespace atrium::automation {

namespace {

bool fitsUid(const std::string& pattern, const std::string& uid)
{
    if (!pattern.ends_with('*')) return pattern == uid;
    return uid.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
}

struct Criterion {
    const char* name;
    std::string DeviceSelection::*wanted;
    /// The words of a device that it may be.
    std::vector<std::string> (*words)(const DeviceInfo&);
};

constexpr Criterion criteria[] = {
    {"kind", &DeviceSelection::kind, [](const DeviceInfo& info) { return std::vector{info.type}; }},
    {"area", &DeviceSelection::area,
     [](const DeviceInfo& info) {
         return std::vector{info.room, info.zone, info.site};
     }},
    {"integration", &DeviceSelection::integration,
     [](const DeviceInfo& info) { return std::vector{info.integration}; }},
};

bool fits(const Criterion& criterion, const std::string& wanted, const DeviceInfo& info)
{
    for (const auto& word : criterion.words(info))
        if (word == wanted) return true;
    return false;
}

} // namespace

bool fits(const DeviceSelection& selection, const Device& device)
{
    for (const auto& criterion : criteria)
        if (const auto& wanted = selection.*criterion.wanted; !wanted.empty() && !fits(criterion, wanted, *device.info))
            return false;
    return selection.uid.empty() || fitsUid(selection.uid, device.info->uid);
}

std::string whyEmpty(const DeviceSelection& selection, const std::vector<DevicePtr>& devices)
{
    for (const auto& criterion : criteria) {
        const auto& wanted = selection.*criterion.wanted;
        if (wanted.empty()) continue;
        Suggestion suggestion(wanted);
        bool known = false;
        for (const auto& device : devices) {
            known = known || fits(criterion, wanted, *device->info);
            for (const auto& word : criterion.words(*device->info))
                if (!word.empty()) suggestion.consider(word);
        }
        if (!known)
            return "no device has the " + std::string(criterion.name) + " \"" + wanted + "\"" + suggestion.question();
    }
    return "no device fits the selection";
}

Value toValue(const DeviceSelection& selection)
{
    Object object;
    for (const auto& criterion : criteria)
        if (!(selection.*criterion.wanted).empty()) object.set(criterion.name, selection.*criterion.wanted);
    if (!selection.uid.empty()) object.set("uid", selection.uid);
    return object;
}

DeviceSelection toSelection(const Value& value)
{
    DeviceSelection selection;
    for (const auto& criterion : criteria) selection.*criterion.wanted = value.textOr(criterion.name, "");
    selection.uid = value.textOr("uid", "");
    return selection;
}

} // namespace atrium::automation
