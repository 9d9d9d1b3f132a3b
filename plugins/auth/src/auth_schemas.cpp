#include "auth_schemas.h"

namespace atrium::auth::schemas {

const char* const user = R"({
  "type": "object",
  "required": ["id", "_id", "name", "email", "username", "fname", "lname", "phone", "role", "roles", "active", "balance",
               "promotion", "avatarUrl", "twoFactorEnabled", "createdAt", "created_at"],
  "properties": {
    "id": {"type": "integer"}, "_id": {"type": "string"}, "name": {"type": "string"}, "email": {"type": "string"},
    "username": {"type": "string"}, "fname": {"type": "string"}, "lname": {"type": "string"},
    "phone": {"type": "string"}, "role": {"type": "string"}, "roles": {"type": "array", "items": {"type": "string"}},
    "active": {"type": "integer"}, "balance": {"type": "number"}, "promotion": {"type": "string"},
    "avatarUrl": {"type": "string"}, "twoFactorEnabled": {"type": "boolean"}, "createdAt": {"type": "string"},
    "created_at": {"type": "string"}
  }
})";

const char* const publicUser = R"({
  "type": "object",
  "required": ["id", "_id", "name", "username", "avatarUrl", "createdAt"],
  "properties": {"id": {"type": "integer"}, "_id": {"type": "string"}, "name": {"type": "string"},
    "username": {"type": "string"}, "avatarUrl": {"type": "string"}, "createdAt": {"type": "string"}}
})";

const char* const signedIn = R"({
  "type": "object",
  "required": ["success", "message"],
  "properties": {
    "success": {"type": "boolean"}, "message": {"type": "string"}, "token": {"type": "string"},
    "refreshToken": {"type": "string"}, "expiresAt": {"type": "string"}, "user": {"type": "object"},
    "userId": {"type": "integer"}, "requires2FA": {"type": "boolean"}, "requires2FASetup": {"type": "boolean"},
    "challenge": {"type": "string"}, "methods": {"type": "array", "items": {"type": "string"}},
    "deviceToken": {"type": "string"}, "recoveryCodes": {"type": "array", "items": {"type": "string"}},
    "code": {"type": "string"}, "data": {"type": "object"}
  }
})";

const char* const message = R"({
  "type": "object",
  "required": ["success", "message"],
  "properties": {"success": {"type": "boolean"}, "message": {"type": "string"}}
})";

const char* const nameProperties = R"(
    "name": {"type": "string", "maxLength": 400},
    "username": {"type": "string", "maxLength": 400},
    "fname": {"type": "string", "maxLength": 400},
    "lname": {"type": "string", "maxLength": 400},
    "firstName": {"type": "string", "maxLength": 400},
    "lastName": {"type": "string", "maxLength": 400},
    "first_name": {"type": "string", "maxLength": 400},
    "last_name": {"type": "string", "maxLength": 400},)";

std::string object(const std::string& properties)
{
    return R"({"type": "object", "properties": {)" + properties + "}}";
}

std::string listOf(const char* name, const std::string& item)
{
    return std::string(R"({"type": "object", "required": ["success", ")") + name +
           R"("], "properties": {"success": {"type": "boolean"}, ")" + name + R"(": {"type": "array", "items": )" +
           item + "}}}";
}

} // namespace atrium::auth::schemas
