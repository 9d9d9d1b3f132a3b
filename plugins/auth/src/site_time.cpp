#include "site_time.h"

#include <date/tz.h>

namespace atrium::auth {

struct SiteTime::Zone {
    const date::time_zone* zone;
};

struct SiteTime::Period {
    UtcTime begin{}, end{};
    std::chrono::seconds offset{0};
};

SiteTime::SiteTime(const std::string& zone)
    : zone_(new Zone{date::locate_zone(zone.empty() ? "UTC" : zone)}), period_(std::make_unique<Period>())
{}

SiteTime::~SiteTime() = default;

LocalMoment SiteTime::at(UtcTime time) const
{
    std::chrono::seconds offset;
    {
        std::lock_guard lock(mutex_);
        if (time < period_->begin || time >= period_->end) {
            const auto info = zone_->zone->get_info(std::chrono::floor<std::chrono::seconds>(time));
            // Bounds of a zone without rules lie beyond what microseconds can say.
            const auto clamp = [&](auto bound, UtcTime limit) {
                const auto far = std::chrono::floor<std::chrono::seconds>(limit);
                return limit < time ? std::max<UtcTime>(bound < far ? far : bound, limit)
                                    : std::min<UtcTime>(bound > far ? far : bound, limit);
            };
            period_->begin = clamp(info.begin, time - std::chrono::hours{24 * 400});
            period_->end = clamp(info.end, time + std::chrono::hours{24 * 400});
            period_->offset = info.offset;
        }
        offset = period_->offset;
    }
    const auto local = time + offset;
    const auto day = std::chrono::floor<std::chrono::days>(local);
    LocalMoment moment;
    moment.weekday = static_cast<int>(std::chrono::weekday(day).iso_encoding()) - 1;
    moment.minute = static_cast<int>(std::chrono::floor<std::chrono::minutes>(local - day).count());
    return moment;
}

} // namespace atrium::auth
