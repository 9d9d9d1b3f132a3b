#include "content_hash.h"

#include "atrium/json.h"

#include <functional>

namespace atrium::devices {

namespace {

/// Takes one field after the other.
class Mixer {
public:
    Mixer& operator<<(std::string_view text)
    {
        hash_ = mixed(hash_, std::hash<std::string_view>{}(text));
        return *this;
    }
    Mixer& operator<<(const std::vector<std::string>& texts)
    {
        hash_ = mixed(hash_, texts.size());
        for (const auto& text : texts) *this << text;
        return *this;
    }
    Mixer& operator<<(const std::optional<double>& number)
    {
        hash_ = mixed(hash_, number ? std::hash<double>{}(*number) : 1);
        return *this;
    }
    Mixer& operator<<(std::size_t number)
    {
        hash_ = mixed(hash_, number);
        return *this;
    }
    std::size_t hash() const { return hash_; }

private:
    std::size_t hash_ = 0;
};

} // namespace

std::size_t hashOf(const AttributeSpec& spec)
{
    Mixer mixer;
    mixer << spec.name << spec.unit << spec.deviceClass << spec.role << spec.options << spec.minimum << spec.maximum
          << spec.step;
    mixer << static_cast<std::size_t>(spec.kind) << static_cast<std::size_t>(spec.entity + 1)
          << static_cast<std::size_t>((spec.writable ? 2 : 0) + (spec.history ? 1 : 0));
    return mixer.hash();
}

std::size_t hashOf(const EntitySpec& spec)
{
    Mixer mixer;
    mixer << spec.component << spec.integration << (spec.name ? std::string_view(*spec.name) : "\n") << spec.deviceClass
          << spec.unit << spec.stateClass << spec.commands;
    mixer << static_cast<std::size_t>(spec.category) * 2 + (spec.enabled ? 1 : 0);
    // Members may come in any order.
    std::size_t capabilities = 0;
    for (const auto& [key, value] : spec.capabilities) capabilities += (Mixer() << key << toJson(value)).hash();
    return (mixer << capabilities).hash();
}

std::size_t hashOf(const DeviceAnnouncement& announcement)
{
    Mixer mixer;
    mixer << announcement.key << announcement.identifiers << announcement.macs << announcement.alsoKnownAs
          << announcement.name << announcement.maker << announcement.model << announcement.modelId
          << announcement.firmware << announcement.hardware << announcement.serialNumber << announcement.suggestedRoom
          << announcement.configurationUrl << announcement.via;
    mixer << static_cast<std::size_t>(announcement.tellsAvailability ? 1 : 0);
    for (const auto& entity : announcement.entities) {
        mixer << entity.id.view() << entity.wish << hashOf(entity.spec);
        for (const auto& attribute : entity.attributes) mixer << attribute.role << hashOf(attribute.spec);
    }
    return mixer.hash();
}

} // namespace atrium::devices
