#pragma once

#include "atrium/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace atrium::auth {

/// Time-based one-time passwords (RFC 6238: SHA-1, 6 digits, 30 s) as all authenticator apps make them. Stateless: the
/// caller keeps the last step that was accepted. Thread: any.
namespace totp {

constexpr std::size_t secretBytes = 20; ///< RFC 4226 §4 R6

/// A fresh secret, raw bytes.
std::string newSecret();
/// RFC 4648 base 32 without padding, as people type it.
std::string toBase32(std::string_view bytes);
/// The code of one step; throws std::runtime_error when liboath refuses the secret.
std::string codeAt(std::string_view secret, std::int64_t step);
std::int64_t stepAt(UtcTime time);
/// The step of `code`, one step of drift either way allowed, if it is after `lastStep`; empty = wrong or used.
std::optional<std::int64_t> accept(std::string_view secret, std::string_view code, UtcTime now, std::int64_t lastStep);
/// `otpauth://totp/...` (Key URI format) for a QR code.
std::string uri(std::string_view secret, std::string_view issuer, std::string_view account);

} // namespace totp

/// A QR code as one SVG document, black on white with the quiet zone of ISO 18004. Throws std::runtime_error when the
/// text does not fit. Thread: any.
std::string qrCodeSvg(const std::string& text);

/// Codes of the form `xxxx-xxxx` for the day on which the phone is lost.
std::string newRecoveryCode();
/// As people may type it: blanks and hyphens do not matter, nor does case.
std::string normalisedRecoveryCode(std::string_view typed);

} // namespace atrium::auth
