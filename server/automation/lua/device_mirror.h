#pragma once

#include "automation/messages.h"

#include <map>
#include <memory>
#include <unordered_map>

namespace atrium::automation::lua {

/// A device that a script named, with the last values that the server told. Attributes keep their position for good.
struct MirroredDevice {
    std::int64_t id = 0;
    std::string uid;
    std::string name;
    std::vector<AttributeView> attributes;
    bool isStandIn = false; ///< DeviceView::isStandIn

    /// The position of an attribute, or -1.
    int find(std::string_view attribute) const
    {
        for (std::size_t i = 0; i < attributes.size(); ++i)
            if (attributes[i].name == attribute) return static_cast<int>(i);
        return -1;
    }
};

/// The state of the devices that the loaded scripts name, so that reading a value costs no round trip. It stands still
/// while a script runs. Entries live as long as the host.
class DeviceMirror {
public:
    MirroredDevice& put(const DeviceView& view)
    {
        auto& slot = devices_[view.id];
        if (!slot) slot = std::make_unique<MirroredDevice>();
        slot->id = view.id;
        slot->uid = view.uid;
        slot->name = view.name;
        for (const auto& attribute : view.attributes) {
            const int known = slot->find(attribute.name);
            if (known < 0) slot->attributes.push_back(attribute);
            else slot->attributes[known] = attribute;
        }
        return *slot;
    }

    void update(const MirrorUpdate& update)
    {
        const auto found = devices_.find(update.device);
        if (found == devices_.end()) return;
        const int attribute = found->second->find(update.attribute);
        if (attribute >= 0) found->second->attributes[attribute].value = update.value;
    }

    MirroredDevice* find(std::int64_t id) const
    {
        const auto found = devices_.find(id);
        return found == devices_.end() ? nullptr : found->second.get();
    }

private:
    std::unordered_map<std::int64_t, std::unique_ptr<MirroredDevice>> devices_;
};

} // namespace atrium::automation::lua
