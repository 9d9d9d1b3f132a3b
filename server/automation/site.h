#pragma once

#include <string>
#include <vector>

namespace atrium::automation {

/// Where the house stands: what local times and the sun go by.
struct Site {
    std::string zone = "Europe/Paris";                                   ///< IANA
    double latitude = 48.8566;                                           ///< degrees, north positive
    double longitude = 2.3522;                                           ///< degrees, east positive
    std::vector<std::string> modes{"home", "away", "night", "vacation"}; ///< of the house; the first is the initial one
};

} // namespace atrium::automation
