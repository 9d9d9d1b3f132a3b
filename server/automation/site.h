#pragma once

#include <string>

namespace atrium::automation {

/// Where the house stands: what local times and the sun go by.
struct Site {
    std::string zone = "Europe/Paris"; ///< IANA
    double latitude = 48.8566;         ///< degrees, north positive
    double longitude = 2.3522;         ///< degrees, east positive
};

} // namespace atrium::automation
