#pragma once

#include "atrium/auth.h"
#include "atrium/value.h"

#include <map>
#include <string>
#include <vector>

namespace atrium::contract {

/// One route as `/api/openapi.json` describes it.
struct DeclaredRoute {
    std::string method; ///< GET, ...
    std::string path;   ///< with {parameters}
    std::string operationId, summary, frenchSummary, tag;
    bool isPublic = false;
    std::string permission;   ///< empty = any account
    bool isPerObject = false; ///< the handler checks the very object
    std::string execution;
    Value bodySchema;           ///< Null = the route reads no body
    std::string responseSchema; ///< empty = not described
    std::int64_t maxBodyBytes = 0;

    std::string name() const { return method + ' ' + path; }
    bool hasParameter() const { return path.find('{') != std::string::npos; }
    /// The path with `value` (as it stands in a URL) in place of every parameter.
    std::string pathWith(const std::string& value) const;
};

/// All routes of the document. Throws std::runtime_error when it is none.
std::vector<DeclaredRoute> readRoutes(const Value& openApi);

/// The weakest role of every permission that the manifests below `plugins` (a folder of built plugins) declare.
std::map<Permission, Role, std::less<>> readPermissions(const std::string& plugins);

} // namespace atrium::contract
