#include "automation/engine.h"

#include "automation/suggestion.h"

#include <set>

namespace atrium::automation {

// What scripts ask the server while they load or run, and what the engine does in the name of rules.

bool Engine::sees(RuleKey key, const Device& device) const
{
    const auto found = instances_.find(key.instance);
    return found != instances_.end() && rights_.maySee(found->second.script.author, device);
}

void Engine::onSelectionQuery(const SelectionQuery& query)
{
    SelectionAnswer answer{query.instance, query.run, {}, {}};
    std::set<std::string> attributes;
    std::vector<DevicePtr> visible;
    bool any = false;
    const auto list = services_.devices.list();
    for (const auto& device : list->devices) {
        if (!sees({query.instance, 0}, *device)) continue;
        visible.push_back(device);
        if (!fits(query.selection, *device)) continue;
        any = true;
        for (const auto& attribute : device->attributes) attributes.insert(attribute.spec->name);
        attributes.insert(onlineAttribute);
    }
    if (any) answer.attributes.assign(attributes.begin(), attributes.end());
    else answer.error = whyEmpty(query.selection, visible);
    host_.send(answer);
    host_.flush();
}

Value Engine::select(RuleKey key, const Value& selection) const
{
    const auto wanted = toSelection(selection);
    List uids;
    const auto list = services_.devices.list();
    for (const auto& device : list->devices)
        if (fits(wanted, *device) && sees(key, *device)) uids.push_back(device->info->uid);
    return uids;
}

void Engine::show(RuleKey key, DeviceId id)
{
    const auto found = instances_.find(key.instance);
    if (found == instances_.end() || found->second.devices.contains(id)) return;
    if (!found->second.shown.insert(id).second) return;
    const auto device = services_.devices.find(id);
    if (!device) return;
    ShowDevice shown{viewOf(*device)};
    MirrorWish wish{id.value, {}};
    for (const auto& attribute : shown.device.attributes) wish.attributes.push_back(attribute.name);
    dispatcher_.addMirror(key.instance, wish);
    host_.send(std::move(shown));
}

void Engine::onModuleQuery(const ModuleQuery& query)
{
    const auto found = instances_.find(query.instance);
    if (found == instances_.end()) return;
    auto& instance = found->second;
    // A version that runs keeps the modules that it was loaded with, also in the next script host.
    auto module = instance.modules.find(query.name);
    const bool isNew = instance.state == State::Loading || instance.state == State::Validating;
    if (module == instance.modules.end() || isNew) {
        const auto text = library_.find(query.name);
        module = instance.modules.insert_or_assign(query.name, std::nullopt).first;
        if (text != library_.end()) module->second = text->second;
    }
    ModuleAnswer answer{query.instance, module->second, {}};
    if (!answer.source) {
        Suggestion suggestion(query.name);
        for (const auto& [name, text] : library_) suggestion.consider(name);
        answer.suggestion = suggestion.best();
    }
    host_.send(std::move(answer));
    host_.flush();
}

void Engine::setLibrary(std::map<std::string, std::string> library)
{
    library_ = std::move(library);
    struct Reload {
        Script script;
        Triggers triggers;
    };
    std::map<AutomationId, Reload> changed; // the newest text of each, whether it loads or not
    for (const auto& [id, instance] : instances_) {
        if (instance.state != State::Active && instance.state != State::Failed) continue;
        if (find(instance.script.automation, State::Loading)) continue; // it asks for the new text by itself
        for (const auto& [name, text] : instance.modules) {
            const auto now = library_.find(name);
            const auto known = now == library_.end() ? std::nullopt : std::optional(now->second);
            if (known == text) continue;
            changed.insert_or_assign(instance.script.automation, Reload{instance.script, instance.triggers});
            break;
        }
    }
    for (auto& [automation, reload] : changed) apply(std::move(reload.script), reload.triggers);
}

void Engine::followChange(std::uint32_t old, std::uint32_t next)
{
    const auto before = instances_.at(old).rules;
    for (std::uint32_t i = 0; i < before.size(); ++i) {
        const auto& rules = instances_.at(next).rules;
        std::optional<RuleKey> now;
        auto policy = before[i].onChange;
        for (std::uint32_t j = 0; j < rules.size() && !now; ++j)
            if (rules[j].name == before[i].name && !rules[j].isTest) {
                now = RuleKey{next, j};
                policy = rules[j].onChange;
            }
        runner_.changed({old, i}, policy, now);
        if (!instances_.contains(old)) return; // its last run ended
    }
}

} // namespace atrium::automation
