#pragma once

#include <string>

namespace atrium::auth::schemas {

/// JSON Schemas that several routes share.
extern const char* const user;       ///< the superset of contracts.md §1
extern const char* const publicUser; ///< what other people see
extern const char* const signedIn;
extern const char* const message; ///< `{success, message}`
/// The keys under which the known clients send a name (one account for all of them), with a comma at the end.
extern const char* const nameProperties;

/// `{"type":"object","properties":{...}}` of the inside; nothing is required: handlers say what is missing.
std::string object(const std::string& properties);
/// A list under `data`.
std::string listOf(const char* name, const std::string& item);

} // namespace atrium::auth::schemas
