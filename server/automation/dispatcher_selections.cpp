#include "automation/dispatcher.h"

#include <algorithm>

namespace atrium::automation {

// Triggers that are not of one named device: selections, whose members come and go, and calls from outside.

namespace {
/// The published list trails core by 10 ms: what appeared just before a selection was made is found by a second look.
constexpr std::chrono::milliseconds secondLook{50};
} // namespace

void Dispatcher::addSelected(Place place, const SelectedTrigger& trigger)
{
    auto& selected = selected_.emplace(place.rule.instance, Selected{place, trigger, ++lastSelection_, {}})->second;
    const auto list = devices_.list();
    for (const auto& device : list->devices) look(selected, *device);
    if (lookAgain_) return;
    lookAgain_ = scheduler_.after(secondLook, [this] {
        lookAgain_.reset();
        const auto now = devices_.list();
        for (auto& [instance, known] : selected_)
            for (const auto& device : now->devices) look(known, *device);
    });
}

void Dispatcher::look(Selected& selected, const Device& device)
{
    const auto id = device.info->id;
    const auto& attribute = selected.trigger.attribute.attribute;
    const bool belongs =
        fits(selected.trigger.selection, device) && (attribute == onlineAttribute || device.find(attribute) != nullptr);
    if (!belongs) return leave(selected, id);
    if (!selected.members.insert(id).second) return;
    if (selected.trigger.silence > 0)
        return addSilence(selected.place, SilenceTrigger{id.value, attribute, selected.trigger.silence},
                          selected.number);
    auto trigger = selected.trigger.attribute;
    trigger.device = id.value;
    addAttribute(selected.place, trigger, selected.number);
}

void Dispatcher::leave(Selected& selected, DeviceId device)
{
    if (selected.members.erase(device) == 0) return;
    const auto [first, last] = silences_.equal_range(selected.place.rule.instance);
    for (auto silence = first; silence != last;) {
        const bool isOf = silence->second.selection == selected.number && silence->second.device == device;
        silence = isOf ? silences_.erase(silence) : std::next(silence);
    }
    removeFrom(device.value, [&](const AttributeEntry& entry) { return entry.selection == selected.number; });
}

void Dispatcher::onDeviceChanged(const DeviceChanged& change)
{
    for (auto& [instance, selected] : selected_) {
        if (change.after) look(selected, *change.after);
        else if (change.before) leave(selected, change.before->info->id);
    }
}

bool Dispatcher::sees(RuleKey rule, DeviceId id) const
{
    if (rule.instance >= firstWatch) {
        const auto watch = watches_.find(rule.instance);
        if (watch == watches_.end()) return false;
        rule = watch->second.owner;
    }
    const auto device = devices_.find(id);
    return device && handlers_.sees(rule, *device);
}

void Dispatcher::shutdown()
{
    const auto rules = shutdowns_; // a run may end its automation
    for (const auto& [instance, rule] : rules)
        fire({instance, rule}, eventOf("shutdown"), Cause{newCorrelationId(), "system", 0});
}

std::vector<WebhookTrigger> Dispatcher::hooks(std::uint32_t instance, const std::string& name) const
{
    std::vector<WebhookTrigger> list;
    const auto [first, last] = hooks_.equal_range(name);
    for (auto entry = first; entry != last; ++entry)
        if (ownerOf(entry->second.place.rule) == instance) list.push_back(entry->second.trigger);
    return list;
}

std::size_t Dispatcher::hook(std::uint32_t instance, const std::string& name, const std::string& method,
                             const Object& event, const Cause& cause)
{
    std::vector<RuleKey> rules;
    const auto [first, last] = hooks_.equal_range(name);
    for (auto entry = first; entry != last; ++entry)
        if (entry->second.trigger.method == method && ownerOf(entry->second.place.rule) == instance) {
            entry->second.lastAt = clock_.now();
            rules.push_back(entry->second.place.rule);
        }
    for (const auto rule : rules) {
        auto whole = eventOf("webhook");
        for (const auto& [key, value] : event) whole.set(key, value);
        fire(rule, std::move(whole), cause);
    }
    return rules.size();
}

std::uint32_t Dispatcher::ownerOf(RuleKey rule) const
{
    if (rule.instance < firstWatch) return rule.instance;
    const auto watch = watches_.find(rule.instance);
    return watch == watches_.end() ? 0 : watch->second.owner.instance;
}

} // namespace atrium::automation
