#include "automation/sun_times.h"

#include <cmath>
#include <libnova/solar.h>

namespace atrium::automation {

namespace {

constexpr double epochJulianDay = 2440587.5; ///< 1970-01-01T00:00Z
constexpr double secondsPerDay = 86400;

double julianDay(UtcTime time)
{
    return epochJulianDay + static_cast<double>(toMicroseconds(time)) / 1e6 / secondsPerDay;
}

UtcTime fromJulianDay(double day)
{
    return UtcTime(std::chrono::seconds(std::llround((day - epochJulianDay) * secondsPerDay)));
}

} // namespace

std::optional<UtcTime> sunTime(SunEvent event, UtcTime noon, const Site& site)
{
    using namespace std::chrono_literals;
    ln_lnlat_posn observer{};
    observer.lat = site.latitude;
    observer.lng = site.longitude;
    // The library answers for the day of Greenwich that it is given, so the neighbours are asked as well.
    for (const double day : {0.0, -1.0, 1.0}) {
        ln_rst_time times{};
        if (ln_get_solar_rst(julianDay(noon) + day, &observer, &times) != 0) continue;
        const auto time = fromJulianDay(event == SunEvent::Rise ? times.rise : times.set);
        const auto distance = event == SunEvent::Rise ? noon - time : time - noon;
        if (distance > -1h && distance < 15h) return time;
    }
    return {};
}

} // namespace atrium::automation
