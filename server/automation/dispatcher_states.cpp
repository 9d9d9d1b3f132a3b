#include "automation/dispatcher.h"

#include "automation/suggestion.h"

namespace atrium::automation {

// How triggers stand, for people who ask why nothing happened.

std::vector<TriggerState> Dispatcher::states(std::uint32_t instance) const
{
    std::vector<TriggerState> list;
    const auto add = [&](const Place& place) -> TriggerState& {
        auto& state = list.emplace_back();
        state.rule = place.rule.rule;
        state.trigger = place.trigger;
        return state;
    };
    {
        const auto [first, last] = periods_.equal_range(instance);
        for (auto entry = first; entry != last; ++entry) {
            const auto& period = entry->second;
            const auto past = clock_.steadyNow() - period.began;
            add(period.place).next = clock_.now() + std::chrono::duration_cast<std::chrono::microseconds>(
                                                        period.length - past % period.length);
        }
    }
    {
        const auto [first, last] = silences_.equal_range(instance);
        for (auto entry = first; entry != last; ++entry) {
            auto& state = add(entry->second.place);
            state.isSilence = true;
            state.device = entry->second.device;
            state.silence = entry->second.watch->state();
        }
    }
    const auto found = whereabouts_.find(instance);
    if (found == whereabouts_.end()) return list;
    for (const auto& filter : found->second.filters) {
        const auto& topic = topics_.at(filter);
        for (const auto& entry : topic.entries) {
            if (entry->place.rule.instance != instance) continue;
            auto& state = add(entry->place);
            state.last = topic.lastTopic;
            state.lastAt = topic.lastAt;
            if (state.lastAt == UtcTime{} && topic.lastRetainedAt != UtcTime{}) {
                state.lastAt = topic.lastRetainedAt;
                state.isRetained = true;
            }
        }
    }
    for (const auto& [id, name] : found->second.attributes) {
        const auto indices = attributes_.find(id);
        if (indices == attributes_.end()) continue;
        const auto device = surroundings_.find(DeviceId{id}, devices_);
        for (const auto& index : indices->second) {
            if (index.name != name) continue;
            for (const auto& entry : index.entries) {
                if (entry->place.rule.instance != instance) continue;
                auto& state = add(entry->place);
                state.device = DeviceId{id};
                state.watch = entry->watch.state(device ? device->value(name) : Value());
            }
        }
    }
    for (const auto& name : found->second.hooks) {
        const auto [first, last] = hooks_.equal_range(name);
        for (auto entry = first; entry != last; ++entry)
            if (entry->second.place.rule.instance == instance) add(entry->second.place).lastAt = entry->second.lastAt;
    }
    return list;
}

UtcTime Dispatcher::lastRaised(const std::string& name, std::string* similar) const
{
    if (const auto found = raised_.find(name); found != raised_.end()) return found->second;
    Suggestion suggestion(name);
    for (const auto& [known, at] : raised_) suggestion.consider(known);
    if (similar) *similar = suggestion.best();
    return {};
}

} // namespace atrium::automation
