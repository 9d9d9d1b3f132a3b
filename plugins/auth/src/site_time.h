#pragma once

#include "atrium/clock.h"

#include <memory>
#include <mutex>
#include <string>

namespace atrium::auth {

/// A moment on the walls of the site.
struct LocalMoment {
    int weekday = 0; ///< 0 = Monday
    int minute = 0;  ///< since local midnight
};

/// Local time of the site (IANA zone). The offset is looked up once for each period of standard or daylight time, so
/// that asking costs nanoseconds. Thread: any.
class SiteTime {
public:
    /// Throws std::runtime_error when the system does not know the zone.
    explicit SiteTime(const std::string& zone);
    ~SiteTime();

    LocalMoment at(UtcTime time) const;

private:
    struct Period;
    struct Zone;
    std::unique_ptr<const Zone> zone_;
    mutable std::mutex mutex_;
    mutable std::unique_ptr<Period> period_;
};

} // namespace atrium::auth
