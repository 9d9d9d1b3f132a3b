#include "declared_route.h"

#include "atrium/json.h"
#include "plugins/manifest.h"

#include <Poco/String.h>

#include <filesystem>
#include <stdexcept>

namespace atrium::contract {

namespace {

/// The member at the end of `keys`, or Null.
Value at(const Value& value, std::initializer_list<const char*> keys)
{
    const Value* place = &value;
    for (const auto* key : keys)
        if (!(place = place->find(key))) return {};
    return *place;
}

} // namespace

std::string DeclaredRoute::pathWith(const std::string& value) const
{
    std::string result;
    bool inside = false;
    for (const char c : path) {
        if (c == '{') result += value;
        inside = c == '{' || (inside && c != '}');
        if (!inside && c != '}') result += c;
    }
    return result;
}

std::vector<DeclaredRoute> readRoutes(const Value& openApi)
{
    const Value* paths = openApi.find("paths");
    if (!paths || !paths->isObject()) throw std::runtime_error("no OpenAPI document");
    std::vector<DeclaredRoute> routes;
    for (const auto& [path, methods] : paths->object())
        for (const auto& [method, operation] : methods.object()) {
            DeclaredRoute route;
            route.method = Poco::toUpper(method);
            route.path = path;
            route.operationId = operation.textOr("operationId", "");
            route.summary = operation.textOr("summary", "");
            route.frenchSummary = operation.textOr("x-summary-fr", "");
            if (const auto tags = at(operation, {"tags"}); tags.isList()) route.tag = tags.list().at(0).text();
            route.isPublic = at(operation, {"security"}) == Value(List{});
            route.permission = operation.textOr("x-permission", "");
            route.isPerObject = operation.booleanOr("x-per-object", false);
            route.execution = operation.textOr("x-execution", "");
            route.bodySchema = at(operation, {"requestBody", "content", "application/json", "schema"});
            route.maxBodyBytes = operation.integerOr("x-max-body-bytes", 0);
            const auto responses = at(operation, {"responses"});
            for (const auto& [status, response] : responses.object())
                if (status[0] == '2')
                    if (const auto schema = at(response, {"content", "application/json", "schema"}); !schema.isNull())
                        route.responseSchema = toJson(schema);
            routes.push_back(std::move(route));
        }
    return routes;
}

std::map<Permission, Role, std::less<>> readPermissions(const std::string& plugins)
{
    std::map<Permission, Role, std::less<>> permissions;
    for (const auto& folder : std::filesystem::directory_iterator(plugins)) {
        const auto manifest = plugins::readManifest(folder.path());
        if (!manifest) throw std::runtime_error(manifest.error().message.en);
        for (const auto& permission : manifest->permissions) permissions[permission.id] = permission.weakestRole;
    }
    // The server's own, as far as not only administrators have them.
    permissions["house.read"] = Role::Guest;
    permissions["house.set"] = Role::User;
    return permissions;
}

} // namespace atrium::contract
