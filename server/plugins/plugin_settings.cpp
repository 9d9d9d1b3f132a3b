#include "plugins/plugin_settings.h"

#include "runtime/setting_text.h"

namespace atrium::plugins {

namespace {

template <class T>
std::optional<Value> toValue(const std::optional<T>& read)
{
    return read ? std::optional(Value(*read)) : std::nullopt;
}

std::optional<Value> readAs(Value::Kind kind, const std::string& text)
{
    if (kind == Value::Kind::Boolean) return toValue(runtime::readBoolean(text));
    if (kind == Value::Kind::Integer) return toValue(runtime::readInteger(text));
    if (kind == Value::Kind::Number) return toValue(runtime::readNumber(text));
    return Value(text);
}

std::string allowedText(const SettingSpec& spec)
{
    std::string text = toString(spec.kind);
    if (!spec.allowed.empty()) {
        text = "one of";
        for (const auto& word : spec.allowed) text += ' ' + word;
    }
    if (spec.minimum) text += ", at least " + std::to_string(static_cast<std::int64_t>(*spec.minimum));
    if (spec.maximum) text += ", at most " + std::to_string(static_cast<std::int64_t>(*spec.maximum));
    return text;
}

bool isAllowed(const SettingSpec& spec, const Value& value)
{
    if (const auto number = value.ifNumber()) {
        if (spec.minimum && *number < *spec.minimum) return false;
        if (spec.maximum && *number > *spec.maximum) return false;
    }
    if (const auto* text = value.ifText(); text && !spec.allowed.empty())
        return std::find(spec.allowed.begin(), spec.allowed.end(), *text) != spec.allowed.end();
    return true;
}

} // namespace

Result<PluginSettings> PluginSettings::read(const Manifest& manifest, const ConfigurationLookup& lookup)
{
    PluginSettings settings;
    for (const auto& spec : manifest.settings) {
        const std::string key = "plugins." + manifest.id + '.' + spec.key;
        Value value = spec.fallback;
        if (const auto text = lookup(key)) {
            const auto read = readAs(spec.kind, *text);
            if (!read || !isAllowed(spec, *read))
                return makeError(ErrorCode::InvalidArgument, {},
                                 key + " = " + *text + "; allowed: " + allowedText(spec));
            value = *read;
        }
        settings.values_.emplace(spec.key, std::move(value));
    }
    return settings;
}

const Value& PluginSettings::at(std::string_view key) const
{
    const auto found = values_.find(key);
    if (found == values_.end()) throw std::out_of_range("the settings schema has no key " + std::string(key));
    return found->second;
}

} // namespace atrium::plugins
