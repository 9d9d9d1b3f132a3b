#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace atrium::auth {

/// The secret that a setting gives, or, when it is empty, the one in `file`, which is made once with mode 0600 (256
/// random bits as hex). Throws std::runtime_error when the setting is shorter than 32 characters, or when the file
/// cannot be made or does not hold a secret; never names the secret. Thread: the host thread.
std::string loadSecret(std::string_view setting, const std::filesystem::path& file);

/// HMAC-SHA256 (RFC 2104) of `message`: 32 bytes. Thread: any.
std::string hmacSha256(std::string_view key, std::string_view message);

/// Whether two byte strings are equal, in a time that depends on their lengths only.
bool equalInConstantTime(std::string_view a, std::string_view b);

/// `bytes` random bytes as base64url. Throws std::runtime_error when the system has no random numbers. Thread: any.
std::string randomToken(std::size_t bytes = 32);
/// Evenly distributed decimal digits. Thread: any.
std::string randomDigits(std::size_t count);

/// SHA-256 as base64url: how a long random token is stored. Thread: any.
std::string fingerprint(std::string_view token);

/// AES-256-GCM under a key of 32 bytes, as base64url; for secrets that must be read again (TOTP). Thread: any.
std::string seal(std::string_view key, std::string_view plain);
/// Empty optional when the text was not made by seal() with this key.
std::optional<std::string> unseal(std::string_view key, std::string_view sealed);

} // namespace atrium::auth
