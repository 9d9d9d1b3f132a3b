#include "plugins/manifest.h"

#include "atrium/json.h"

#include <fstream>
#include <sstream>

namespace atrium::plugins {

namespace {

Error invalid(const std::filesystem::path& file, const std::string& reason)
{
    return makeError(ErrorCode::InvalidArgument,
                     {"Extension invalide : " + file.filename().string() + " : " + reason,
                      "Invalid plugin: " + file.filename().string() + ": " + reason},
                     file.string());
}

Result<Value> readJsonFile(const std::filesystem::path& file)
{
    std::ifstream stream(file);
    if (!stream) return invalid(file, "the file cannot be read");
    std::ostringstream content;
    content << stream.rdbuf();
    auto value = parseJson(content.str());
    if (!value) return invalid(file, value.error().message.en);
    if (!value->isObject()) return invalid(file, "an object is expected");
    return value;
}

/// A list of texts under `key`; empty when absent. Throws ErrorException when it holds something else.
std::vector<std::string> textList(const std::filesystem::path& file, const Value& json, const char* key)
{
    std::vector<std::string> texts;
    const Value* list = json.find(key);
    if (!list) return texts;
    const auto wrong = invalid(file, std::string(key) + " must be a list of texts");
    if (!list->isList()) throw ErrorException(wrong);
    for (const auto& item : list->list()) {
        if (!item.isText()) throw ErrorException(wrong);
        texts.push_back(item.text());
    }
    return texts;
}

Text readText(const Value* value)
{
    if (!value) return {};
    if (value->isText()) return {value->text(), value->text()};
    return {value->textOr("fr", ""), value->textOr("en", "")};
}

std::vector<PermissionDeclaration> readPermissions(const std::filesystem::path& file, const Value& json)
{
    std::vector<PermissionDeclaration> permissions;
    const Value* list = json.find("permissions");
    if (!list || !list->isList()) return permissions;
    for (const auto& item : list->list()) {
        PermissionDeclaration permission;
        permission.id = item.textOr("id", "");
        const auto role = parseRole(item.textOr("weakestRole", ""));
        if (permission.id.empty() || !role)
            throw ErrorException(invalid(file, "each of permissions needs an id and a known weakestRole"));
        permission.weakestRole = *role;
        permission.description = item.textOr("description", "");
        permissions.push_back(std::move(permission));
    }
    return permissions;
}

std::vector<SettingSpec> readSettings(const std::filesystem::path& file)
{
    std::vector<SettingSpec> settings;
    if (!std::filesystem::exists(file)) return settings;
    const auto schema = readJsonFile(file);
    if (!schema) throw ErrorException(schema.error());
    const Value* properties = schema->find("properties");
    if (!properties || !properties->isObject()) return settings;
    for (const auto& [key, property] : properties->object()) {
        SettingSpec setting;
        setting.key = key;
        const auto type = property.textOr("type", "");
        if (type == "string") setting.kind = Value::Kind::Text;
        else if (type == "integer") setting.kind = Value::Kind::Integer;
        else if (type == "number") setting.kind = Value::Kind::Number;
        else if (type == "boolean") setting.kind = Value::Kind::Boolean;
        else throw ErrorException(invalid(file, key + " must be a string, integer, number or boolean"));
        const Value* fallback = property.find("default");
        if (!fallback) throw ErrorException(invalid(file, key + " needs a default"));
        const bool fits =
            fallback->kind() == setting.kind || (setting.kind == Value::Kind::Number && fallback->isNumeric());
        if (!fits) throw ErrorException(invalid(file, "the default of " + key + " is of another type"));
        setting.fallback = *fallback;
        if (const Value* minimum = property.find("minimum")) setting.minimum = minimum->ifNumber();
        if (const Value* maximum = property.find("maximum")) setting.maximum = maximum->ifNumber();
        setting.allowed = textList(file, property, "enum");
        setting.description = property.textOr("description", "");
        settings.push_back(std::move(setting));
    }
    return settings;
}

} // namespace

bool isPluginId(std::string_view word)
{
    if (word.empty() || word.size() > 40 || word[0] < 'a' || word[0] > 'z') return false;
    return word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

Result<Manifest> readManifest(const std::filesystem::path& folder)
{
    const auto file = folder / "plugin.json";
    const auto json = readJsonFile(file);
    if (!json) return json.error();
    try {
        Manifest manifest;
        manifest.folder = folder;
        manifest.id = json->textOr("id", "");
        if (!isPluginId(manifest.id)) return invalid(file, "id must be lower-case letters, digits, _ or -");
        if (manifest.id != folder.filename().string())
            return invalid(file, "id " + manifest.id + " differs from the name of its folder");
        manifest.name = readText(json->find("name"));
        manifest.version = json->textOr("version", "");
        manifest.abi = json->textOr("abi", "");
        if (manifest.version.empty() || manifest.abi.empty()) return invalid(file, "version and abi are required");
        manifest.description = readText(json->find("description")).en;
        manifest.stability = json->textOr("stability", "stable");
        manifest.requiredServices = textList(file, *json, "requires");
        manifest.providedServices = textList(file, *json, "provides");
        manifest.permissions = readPermissions(file, *json);
        manifest.settings = readSettings(folder / json->textOr("settings", "settings.schema.json"));
        return manifest;
    }
    catch (const ErrorException& refused) {
        return refused.error();
    }
}

} // namespace atrium::plugins
