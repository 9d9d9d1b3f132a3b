#include "automation/sun_times.h"

#include <cmath>
#include <numbers>

namespace atrium::automation {

namespace {

// NOAA's solar calculator (Meeus, Astronomical Algorithms, chapters 25 and 28): within a minute of an almanac between
// the polar circles from 1900 to 2100.
constexpr double j2000 = 2451545;            ///< Julian day of 2000-01-01T12:00Z
constexpr double epochJulianDay = 2440587.5; ///< 1970-01-01T00:00Z
constexpr double zenith = 90.833;            ///< degrees: the sun's half width and the refraction at the horizon
constexpr double minutesPerDay = 1440;

double sine(double degrees) { return std::sin(degrees * std::numbers::pi / 180); }
double cosine(double degrees) { return std::cos(degrees * std::numbers::pi / 180); }
double tangent(double degrees) { return std::tan(degrees * std::numbers::pi / 180); }
double degrees(double radians) { return radians * 180 / std::numbers::pi; }

struct Sun {
    double declination;    ///< degrees
    double equationOfTime; ///< minutes that a sundial is ahead of a clock
};

Sun sunAt(UtcTime time)
{
    const double day = epochJulianDay + static_cast<double>(toMicroseconds(time)) / 86'400e6;
    const double t = (day - j2000) / 36525; // centuries
    const double longitude = 280.46646 + t * (36000.76983 + t * 0.0003032);
    const double anomaly = 357.52911 + t * (35999.05029 - 0.0001537 * t);
    const double eccentricity = 0.016708634 - t * (0.000042037 + 0.0000001267 * t);
    const double center = sine(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t)) +
                          sine(2 * anomaly) * (0.019993 - 0.000101 * t) + sine(3 * anomaly) * 0.000289;
    const double node = 125.04 - 1934.136 * t;
    const double apparent = longitude + center - 0.00569 - 0.00478 * sine(node);
    const double obliquity =
        23 + (26 + (21.448 - t * (46.815 + t * (0.00059 - t * 0.001813))) / 60) / 60 + 0.00256 * cosine(node);
    const double y = tangent(obliquity / 2) * tangent(obliquity / 2);
    const double equation = y * sine(2 * longitude) - 2 * eccentricity * sine(anomaly) +
                            4 * eccentricity * y * sine(anomaly) * cosine(2 * longitude) -
                            0.5 * y * y * sine(4 * longitude) - 1.25 * eccentricity * eccentricity * sine(2 * anomaly);
    return {degrees(std::asin(sine(obliquity) * sine(apparent))), 4 * degrees(equation)};
}

/// Minutes of the day in Greenwich.
double minuteOfDay(UtcTime time) { return std::fmod(static_cast<double>(toMicroseconds(time)) / 60e6, minutesPerDay); }

} // namespace

bool isSunUp(UtcTime time, const Site& site)
{
    const auto sun = sunAt(time);
    const double hour = (minuteOfDay(time) + sun.equationOfTime + 4 * site.longitude) / 4 - 180; // degrees past noon
    return sine(site.latitude) * sine(sun.declination) +
               cosine(site.latitude) * cosine(sun.declination) * cosine(hour) >
           cosine(zenith);
}

std::optional<UtcTime> sunTime(SunEvent event, UtcTime noon, const Site& site)
{
    // The clock of the site may be hours away from its sun: the day is that of the solar noon next to `noon`.
    const double clockNoon = minuteOfDay(noon);
    const auto minutes = [](double count) {
        return std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::duration<double, std::ratio<60>>(count));
    };
    UtcTime found = noon;
    // The sun moves on between noon and its rise: two rounds settle it to the second.
    for (int round = 0; round < 3; ++round) {
        const auto sun = sunAt(found);
        const double cosineOfHour = cosine(zenith) / (cosine(site.latitude) * cosine(sun.declination)) -
                                    tangent(site.latitude) * tangent(sun.declination);
        if (std::abs(cosineOfHour) > 1) return {};
        const double hour = degrees(std::acos(cosineOfHour)); // degrees from noon to the horizon
        const double solarNoon = minutesPerDay / 2 - 4 * site.longitude - sun.equationOfTime; // minutes of the UTC day
        const double offset = std::remainder(solarNoon - clockNoon, minutesPerDay);
        found = noon + minutes(offset + (event == SunEvent::Rise ? -4 : 4) * hour);
    }
    return std::chrono::floor<std::chrono::seconds>(found);
}

} // namespace atrium::automation
