#pragma once

#include "atrium/result.h"

#include <string>

namespace atrium::devices {

/// Asks a camera for its picture over HTTP. Refuses what is not of the house's network or the Internet (the server
/// itself, link-local addresses), redirections, and what is no picture or larger than StillPicture::maxBytes. Blocks,
/// 20 s at most. Errors: InvalidArgument for such a URL, Unavailable when the camera
/// does not answer.
Result<std::string> fetchPicture(const std::string& url);

/// Whether a camera may have this address. Pure.
bool mayBeCamera(const std::string& address);

} // namespace atrium::devices
